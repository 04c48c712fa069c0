import Files

/// A request that has failed for good, in words for the user.
struct HubFailure {
  let question: HubConnection.Question
  let reply: HTTPReply
  let settings: HubSettings

  var error: HubError {
    switch reply.meaning {
    case .noProgram:
      HubError(.missingInput, "the program curl is missing, which hone fetch needs; install it (apt-get install curl)")
    case .unreachable:
      HubError(
        .temporary,
        "cannot reach \(settings.host) (\(reply.message)); check the network, https_proxy and HF_ENDPOINT")
    case .interrupted:
      HubError(
        .temporary,
        "cannot fetch \(question.subject): \(told); run the same command later, which goes on where it stopped")
    case .cannotResume:
      HubError(.inputOutput, "cannot fetch \(question.subject): \(told); try another HF_ENDPOINT")
    case .refused: refusal
    case .failed, .whole: HubError(.inputOutput, "cannot fetch \(question.subject): \(reply.message); \(remedy)")
    }
  }

  /// The failure as the server or curl tells it.
  private var told: String {
    reply.status >= 400 ? "\(settings.host) answers with HTTP status \(reply.status)" : reply.message
  }

  private var remedy: String {
    switch reply.exitCode {
    case 35, 51, 53, 54, 58, 59, 60, 66, 77, 80, 82, 83, 90, 91:
      "check the clock and the certificates (SSL_CERT_FILE names a file of them)"
    default: "check HF_ENDPOINT"
    }
  }

  /// An answer with a status from 400 on.
  ///
  /// The Hub answers 401 for a repository that does not exist too, unless the token may list private ones; `X-Error-Code`
  /// tells the cases apart. Upstream: huggingface_hub 1.x, `hf_raise_for_status`.
  private var refusal: HubError {
    let (name, host) = (question.repository.description, settings.host)
    switch (reply.header("x-error-code"), reply.status) {
    case ("GatedRepo", _):
      return HubError(
        .missingInput,
        settings.hasToken
          ? "\(name) is gated, and the token has no access yet; accept its terms at \(settings.endpoint)/\(name)"
          : "\(name) is gated; accept its terms at \(settings.endpoint)/\(name) and set HF_TOKEN")
    case ("RevisionNotFound", _):
      return HubError(
        .missingInput, "\(name) has no revision \(question.revision) on \(host); give a branch, a tag or a commit")
    case ("EntryNotFound", _):
      return HubError(
        .missingInput, "\(host) lists \(question.subject) but does not have it; run the same command again")
    case ("RepoNotFound", _), (_, 404):
      return HubError(.missingInput, "there is no model \(name) on \(host); check the name\(privately)")
    case (_, 401) where !settings.hasToken:
      return HubError(
        .missingInput,
        "\(host) shows no model \(name) without a token: there is none of this name, or it is private or gated; check the "
          + "name, or set HF_TOKEN")
    case (_, 401):
      return HubError(.missingInput, "\(host) does not accept the token; set HF_TOKEN to a valid one, or unset it")
    case (_, 403):
      return HubError(
        .missingInput,
        "\(host) refuses \(question.subject) (HTTP status 403); check the rights of the token in HF_TOKEN")
    default:
      return HubError(.inputOutput, "cannot fetch \(question.subject): \(told); check HF_ENDPOINT")
    }
  }

  private var privately: String {
    settings.hasToken ? ", and the rights of the token" : "; a private one needs HF_TOKEN"
  }
}
