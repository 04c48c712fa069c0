extension PageTemplates {
  /// The queries that changed most, with both lists: a ``Page/Changes``.
  static let changes = """
    <h3>{{title}}</h3>
    {{#queries}}
    <details class="query"{{#isOpen}} open{{/isOpen}}>
    <summary><span class="change {{style}}">{{change}}</span> <bdi class="text">{{text}}</bdi></summary>
    <p class="note">{{values}} · query <bdi>{{id}}</bdi></p>
    {{#moves}}
    {{#first()}}
    <ul class="moves">
    {{/first()}}
    <li><span class="grade relevant">{{grade}}</span> <bdi>{{id}}</bdi>: {{ranks}}</li>
    {{#last()}}
    </ul>
    {{/last()}}
    {{/moves}}
    <div class="sides">
    {{#sides}}
    <div>
    <h4>{{name}}</h4>
    <ol>
    {{#documents}}
    <li{{#.style}} class="{{.}}"{{/.style}}><span class="id"><bdi>{{id}}</bdi></span>{{#.grade}} <span class="grade {{gradeStyle}}">{{.}}</span>{{/.grade}}<p class="text" dir="auto">{{text}}</p></li>
    {{/documents}}
    </ol>
    {{#isEmpty}}
    <p class="note">no documents</p>
    {{/isEmpty}}
    </div>
    {{/sides}}
    </div>
    </details>
    {{/queries}}

    """
}
