extension PageTemplates {
  /// A table: a ``Page/Table``.
  ///
  /// The roles say what is a cell where a narrow screen shows each row as a list.
  static let table = """
    {{#.title}}
    <h3>{{.}}</h3>
    {{/.title}}
    <div class="scroll" tabindex="0" role="region" aria-label="{{name}}">
    <table role="table"{{#isWide}} class="wide"{{/isWide}}>
    <thead role="rowgroup"><tr role="row">{{#columns}}<th scope="col" role="columnheader"{{#isNumber}} class="number"{{/isNumber}}>{{text}}</th>{{/columns}}</tr></thead>
    <tbody role="rowgroup">
    {{#rows}}
    <tr role="row"{{#.style}} class="{{.}}"{{/.style}}>{{#cells}}<td role="cell"{{#isNumber}} class="number"{{/isNumber}} data-name="{{column}}">{{#.link}}<a href="{{.}}">{{/.link}}{{text}}{{#.link}}</a>{{/.link}}</td>{{/cells}}</tr>
    {{/rows}}
    </tbody>
    </table>
    </div>
    {{#.note}}
    <p class="note">{{.}}</p>
    {{/.note}}

    """
}
