extension PageTemplates {
  /// A chart: a ``Plot``.
  static let plot = """
    <figure>
    <figcaption>{{title}}{{#keys}} <span class="key {{style}}">{{name}}</span>{{/keys}}</figcaption>
    <svg viewBox="0 0 {{width}} {{height}}" role="img" aria-labelledby="plot{{number}}-title plot{{number}}-text">
    <title id="plot{{number}}-title">{{title}}</title>
    <desc id="plot{{number}}-text">{{description}}</desc>
    {{#lines}}
    <line class="{{style}}" x1="{{x1}}" y1="{{y1}}" x2="{{x2}}" y2="{{y2}}"/>
    {{/lines}}
    {{#bars}}
    <rect class="{{style}}" x="{{x}}" y="{{y}}" width="{{width}}" height="{{height}}"/>
    {{/bars}}
    {{#curves}}
    <polyline class="{{style}}" points="{{points}}"/>
    {{/curves}}
    {{#dots}}
    <circle class="{{style}}" cx="{{x}}" cy="{{y}}" r="{{radius}}"><title>{{label}}</title></circle>
    {{/dots}}
    {{#labels}}
    <text class="{{style}}" x="{{x}}" y="{{y}}">{{text}}</text>
    {{/labels}}
    </svg>
    {{#.note}}
    <p class="note">{{.}}</p>
    {{/.note}}
    </figure>

    """
}
