import Glibc

guard CommandLine.arguments.count == 2, CommandLine.arguments[1].hasPrefix("/") else {
  let usage = "periplus-shim is started by the ground: expected one argument, the folder of a container's run\n"
  _ = usage.withCString { write(2, $0, strlen($0)) }
  exit(2)
}
exit(Shim(folder: CommandLine.arguments[1]).run())
