#include "core/message/field_table.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "core/message/field_walk.hpp"

using namespace warren;

namespace {

/// One field `k` of this letter and raw content, as table content.
std::string field(char letter, std::string_view content) {
  return std::string("\x01k") + letter + std::string(content);
}

std::string encoded(const field_table& t) {
  std::string out;
  encode_table(t, out);
  return out.substr(4);
}

std::string be32(std::uint32_t v) {
  std::string s(4, '\0');
  store_big_endian(s.data(), v);
  return s;
}

field_value arbitrary_value(int depth) {
  const auto letter = *rc::gen::elementOf(std::string(depth > 0 ? "tbBsuIilLfdDSxTVAF" : "tbBsuIilLfdDSxTV"));
  const auto integer = [&](auto sample) {
    return field_value{letter, static_cast<std::int64_t>(*rc::gen::arbitrary<decltype(sample)>())};
  };
  switch (letter) {
    case 't': return field_value::boolean(*rc::gen::arbitrary<bool>());
    case 'b': return integer(std::int8_t{});
    case 'B': return integer(std::uint8_t{});
    case 's': return integer(std::int16_t{});
    case 'u': return integer(std::uint16_t{});
    case 'I': return integer(std::int32_t{});
    case 'i': return integer(std::uint32_t{});
    case 'l':
    case 'L':
    case 'T': return integer(std::int64_t{});
    case 'f': return {letter, static_cast<double>(static_cast<float>(*rc::gen::arbitrary<std::int16_t>()) / 4)};
    case 'd': return {letter, static_cast<double>(*rc::gen::arbitrary<std::int32_t>()) / 8};
    case 'D': return {letter, decimal_value{*rc::gen::arbitrary<std::uint8_t>(), *rc::gen::arbitrary<std::uint32_t>()}};
    case 'S':
    case 'x': return {letter, *rc::gen::arbitrary<std::string>()};
    case 'V': return {};
    default: break;
  }
  const int n = *rc::gen::inRange(0, 4);
  if (letter == 'A') {
    field_array a;
    for (int i = 0; i < n; ++i) a.push_back(arbitrary_value(depth - 1));
    return field_value::array(std::move(a));
  }
  field_table t;
  for (int i = 0; i < n; ++i) t.fields.emplace_back(*rc::gen::arbitrary<std::string>(), arbitrary_value(depth - 1));
  return field_value::table(std::move(t));
}

}  // namespace

TEST_CASE("every field type comes back byte for byte", "[field_table]") {
  const std::vector<std::pair<char, std::string>> captured{{'b', "\xff"},
                                                           {'B', "\xff"},
                                                           {'s', "\xff\xff"},
                                                           {'u', "\xff\xff"},
                                                           {'I', "\xff\xff\xff\xff"},
                                                           {'i', "\xff\xff\xff\xff"},
                                                           {'l', std::string(8, '\xff')},
                                                           {'L', std::string(7, '\0') + '\5'},
                                                           {'f', std::string("\x3f\xc0\0\0", 4)},
                                                           {'d', std::string("\x3f\xf8\0\0\0\0\0\0", 8)},
                                                           {'T', std::string("\0\0\0\0\x65\x53\xf1\0", 8)},
                                                           {'x', std::string("\0\0\0\2\0\1", 6)},
                                                           {'S', std::string("\0\0\0\1s", 5)},
                                                           {'D', std::string("\2\0\0\1\x3a", 5)},
                                                           {'t', "\x01"},
                                                           {'V', ""}};
  for (const auto& [letter, content] : captured) {
    INFO(letter);
    const std::string bytes = field(letter, content);
    const auto table = decode_table(bytes);
    REQUIRE(table.ok());
    CHECK(table->fields.at(0).second.type == letter);
    CHECK(encoded(*table) == bytes);
  }
}

TEST_CASE("values decode to what they mean", "[field_table]") {
  CHECK(*decode_table(field('b', "\xff"))->find("k")->integer() == -1);
  CHECK(*decode_table(field('B', "\xff"))->find("k")->integer() == 255);
  CHECK(*decode_table(field('s', "\xff\xff"))->find("k")->integer() == -1);
  CHECK(*decode_table(field('u', "\xff\xff"))->find("k")->integer() == 65535);
  CHECK(*decode_table(field('I', "\xff\xff\xff\xff"))->find("k")->integer() == -1);
  CHECK(*decode_table(field('i', "\xff\xff\xff\xff"))->find("k")->integer() == 4294967295);
  CHECK(*decode_table(field('L', std::string(8, '\xff')))->find("k")->integer() == -1);
  CHECK(std::get<double>(decode_table(field('f', std::string("\x3f\xc0\0\0", 4)))->find("k")->value) == 1.5);
  CHECK(std::get<decimal_value>(decode_table(field('D', std::string("\2\0\0\1\x3a", 5)))->find("k")->value) ==
        decimal_value{2, 314});
  CHECK(*decode_table(field('S', std::string("\0\0\0\1s", 5)))->find("k")->string() == "s");
  CHECK(decode_table(field('x', std::string("\0\0\0\1s", 5)))->find("k")->string() == nullptr);
  const auto timestamp = decode_table(field('T', std::string("\0\0\0\0\x65\x53\xf1\0", 8)));
  CHECK(timestamp->find("k")->integer() == nullptr);
  CHECK(std::get<std::int64_t>(timestamp->find("k")->value) == 1700000000);
}

TEST_CASE("letters that RabbitMQ does not know are refused", "[field_table]") {
  const std::string known = "tbBsuIilLfdDSxAFTV";
  for (int letter = 0; letter < 256; ++letter) {
    INFO(letter);
    const bool accepted = decode_table(field(static_cast<char>(letter), std::string(8, '\0'))).ok() ||
                          decode_table(field(static_cast<char>(letter), std::string(5, '\0'))).ok() ||
                          decode_table(field(static_cast<char>(letter), std::string(4, '\0'))).ok() ||
                          decode_table(field(static_cast<char>(letter), std::string(2, '\0'))).ok() ||
                          decode_table(field(static_cast<char>(letter), std::string(1, '\0'))).ok() ||
                          decode_table(field(static_cast<char>(letter), "")).ok();
    CHECK(accepted == (known.find(static_cast<char>(letter)) != std::string::npos));
  }
}

TEST_CASE("a table cut short anywhere is refused", "[field_table]") {
  field_table inner, table;
  inner.set("x", field_value::array({field_value::long_string("abc"), field_value::int64(7)}));
  table.set("a", field_value::boolean(true));
  table.set("inner", field_value::table(inner));
  table.set("s", field_value::long_string("text"));
  const std::string whole = encoded(table);
  std::vector<std::size_t> accepted;
  for (std::size_t n = 0; n <= whole.size(); ++n)
    if (decode_table(bytes_view(whole).substr(0, n)).ok()) accepted.push_back(n);
  // only where a field ends
  CHECK(accepted == std::vector<std::size_t>{0, 4, whole.size() - 11, whole.size()});
}

TEST_CASE("a length beyond the input is refused", "[field_table]") {
  for (const char letter : {'S', 'x', 'A', 'F'}) {
    CHECK_FALSE(decode_table(field(letter, be32(1))).ok());
    CHECK_FALSE(decode_table(field(letter, be32(0xffffffff) + "abc")).ok());
  }
}

TEST_CASE("nesting is accepted to 128 levels and refused beyond", "[field_table]") {
  for (const char letter : {'A', 'F'}) {
    std::string content;
    for (int depth = 1; depth <= max_field_depth + 1; ++depth) {
      const std::string value = letter + be32(static_cast<std::uint32_t>(content.size())) + content;
      CHECK(decode_table("\x01k" + value).ok() == (depth <= max_field_depth));
      content = letter == 'A' ? value : "\x01k" + value;
    }
  }
}

TEST_CASE("set replaces the first of a name and erase removes all", "[field_table]") {
  field_table t =
      *decode_table(std::string("\x01"
                                "a"
                                "V"
                                "\x01"
                                "b"
                                "V"
                                "\x01"
                                "a"
                                "V"));
  t.set("a", field_value::int32(1));
  CHECK(t.size() == 3);
  CHECK(*t.find("a")->integer() == 1);
  t.set("c", field_value::int32(2));
  CHECK(t.size() == 4);
  t.erase("a");
  CHECK(t.size() == 2);
  CHECK(t.find("a") == nullptr);
}

TEST_CASE("a name beyond 255 bytes is cut so that the table stays readable", "[field_table]") {
  field_table t;
  t.set(std::string(300, 'n'), field_value::int32(1));
  const auto back = decode_table(encoded(t));
  REQUIRE(back.ok());
  CHECK(back->fields.at(0).first == std::string(255, 'n'));
}

TEST_CASE("type names are those of RabbitMQ's errors", "[field_table]") {
  CHECK(field_type_name('S') == "longstr");
  CHECK(field_type_name('I') == "signedint");
  CHECK(field_type_name('l') == "long");
  CHECK(field_type_name('d') == "double");
}

TEST_CASE("decoding undoes encoding for any table", "[field_table][property]") {
  REQUIRE(rc::check("decode ∘ encode = identity", [] {
    field_table t;
    const int n = *rc::gen::inRange(0, 6);
    for (int i = 0; i < n; ++i) t.fields.emplace_back(*rc::gen::arbitrary<std::string>(), arbitrary_value(3));
    const std::string bytes = encoded(t);
    RC_ASSERT(valid_table(bytes));
    const auto back = decode_table(bytes);
    RC_ASSERT(back.ok());
    RC_ASSERT(*back == t);
    RC_ASSERT(encoded(*back) == bytes);
  }));
}

TEST_CASE("decode accepts exactly what the walk accepts", "[field_table][property]") {
  REQUIRE(rc::check("flipping bytes", [] {
    field_table t;
    t.fields.emplace_back("k", arbitrary_value(2));
    std::string bytes = encoded(t);
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    bytes[at] = *rc::gen::arbitrary<char>();
    RC_ASSERT(decode_table(bytes).ok() == valid_table(bytes));
  }));
}
