package import Application
import Foundation

extension AppProfile {
  /// The one that is shipped.
  package static let reference = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../ReferenceApp/app.yaml")
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    guard let profile = AppProfileParser.parse(text, file: "app.yaml").profile else {
      preconditionFailure("ReferenceApp/app.yaml has errors")
    }
    return profile
  }()

  /// Another application: two services, another namespace, no name in common.
  package static let invoices = {
    let text = """
      name: invoices
      namespace: accounting
      services:
        - {name: gateway, port: 9000}
        - {name: archive}
      values:
        - {name: customer, from: 7, to: 9}
      requests:
        - name: file-invoice
          service: gateway
          method: PUT
          path: /invoices/${id}
          headers: {content-type: application/json}
          body:
            customer: ${customer}
          status: 202
          hops: [gateway, archive]
        - name: read-invoice
          service: gateway
          route: /invoices/{id}
          follows: file-invoice
      traffic:
        - {request: file-invoice, share: 2}
        - {request: read-invoice}
      """
    guard let profile = AppProfileParser.parse(text, file: "app.yaml").profile else { preconditionFailure("the second profile has errors") }
    return profile
  }()
}
