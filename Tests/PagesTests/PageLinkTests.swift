import Testing

@testable import Pages

@Suite struct PageLinkTests {
  @Test(arguments: [
    ("v000001/report.html", "./v000001/report.html"), ("../../runs/a b/report.html", "../../runs/a%20b/report.html"),
    ("javascript:alert(1)", "./javascript%3Aalert%281%29"), ("ä\"<", "./%C3%A4%22%3C"),
  ])
  func anAddressIsRelativeAndHasNoScheme(_ path: String, _ address: String) {
    #expect(PageLink.address(of: path) == address)
  }

  @Test func anAbsolutePathHasNoAddress() {
    #expect(PageLink.address(of: "/etc/passwd") == nil)
    #expect(PageLink.address(of: "//host/share") == nil)
    #expect(PageLink.address(of: "") == nil)
  }

  @Test(arguments: [
    ("/srv/models/shop", "/srv/runs/night/report.html", "../../runs/night/report.html"),
    ("/srv/models/shop", "/srv/models/shop/v000001/x", "v000001/x"), ("/a", "/b", "../b"), ("/", "/b/c", "b/c"),
  ])
  func aPathLeadsFromAFolder(_ folder: String, _ place: String, _ path: String) {
    #expect(PageLink.path(from: folder, to: place) == path)
  }
}
