extension PageTemplates {
  /// Pairs to look at: a ``Page/Pairs``.
  static let pairs = """
    <h3>{{title}}</h3>
    <p class="note">{{note}}</p>
    <ul class="pairs">
    {{#examples}}
    <li><p class="text" dir="auto">{{query}}</p><p class="note">{{remark}}</p>
    <dl>
    {{#texts}}
    <dt>{{role}} <span class="score">{{score}}</span></dt><dd class="text" dir="auto">{{text}}</dd>
    {{/texts}}
    </dl></li>
    {{/examples}}
    </ul>

    """
}
