import JSONBytes
import Testing

@Test func trees() throws {
  let v = try JSONValue(parsing: #"{"a":[1,2.5,"x\u00e9\n",null,true],"b":{"c":-3}}"#)
  #expect(v.at("b", "c")?.intValue == -3)
  #expect(v.jsonString == #"{"a":[1,2.5,"xé\n",null,true],"b":{"c":-3}}"#)
}
