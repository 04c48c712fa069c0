extension PageTemplates {
  /// The whole page: a ``Page``.
  static let page = """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="generator" content="Hone {{version}}">
    <title>{{title}} · Hone</title>
    <style>
    {{{style}}}
    </style>
    </head>
    <body>
    <main>
    <header>
    <p class="kind">{{kind}}</p>
    <h1 dir="auto">{{title}}</h1>
    <p class="verdict {{verdictStyle}}">{{verdict}}</p>
    {{#remarks}}
    <p class="remark">{{.}}</p>
    {{/remarks}}
    </header>
    <nav aria-label="Sections"><ul>
    {{#sections}}
    <li><a href="#{{id}}">{{title}}</a></li>
    {{/sections}}
    </ul></nav>
    {{#sections}}
    <section id="{{id}}">
    <h2>{{title}}</h2>
    {{#.lead}}
    <p class="note">{{.}}</p>
    {{/.lead}}
    {{#items}}
    {{#first()}}
    <ul>
    {{/first()}}
    <li>{{.}}</li>
    {{#last()}}
    </ul>
    {{/last()}}
    {{/items}}
    {{#tables}}
    {{> table}}
    {{/tables}}
    {{#plots}}
    {{#first()}}
    <div class="plots">
    {{/first()}}
    {{> plot}}
    {{#last()}}
    </div>
    {{/last()}}
    {{/plots}}
    {{#changes}}
    {{> changes}}
    {{/changes}}
    {{#pairs}}
    {{> pairs}}
    {{/pairs}}
    {{#facts}}
    {{#first()}}
    <dl class="facts">
    {{/first()}}
    <dt>{{name}}</dt><dd dir="auto">{{value}}</dd>
    {{#last()}}
    </dl>
    {{/last()}}
    {{/facts}}
    {{#.source}}
    <pre tabindex="0">{{.}}</pre>
    {{/.source}}
    </section>
    {{/sections}}
    <footer>Written by Hone {{version}}.</footer>
    </main>
    </body>
    </html>

    """
}
