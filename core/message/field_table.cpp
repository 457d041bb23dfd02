#include "core/message/field_table.hpp"

#include <algorithm>

#include "core/base/bytes.hpp"
#include "core/message/field_walk.hpp"

namespace warren {

const field_value* field_table::find(std::string_view name) const {
  for (const auto& [key, value] : fields)
    if (key == name) return &value;
  return nullptr;
}

void field_table::set(std::string_view name, field_value value) {
  for (auto& [key, old] : fields) {
    if (key != name) continue;
    old = std::move(value);
    return;
  }
  fields.emplace_back(std::string(name), std::move(value));
}

void field_table::erase(std::string_view name) {
  std::erase_if(fields, [name](const auto& field) { return field.first == name; });
}

bool field_table::empty() const { return fields.empty(); }
std::size_t field_table::size() const { return fields.size(); }
bool operator==(const field_table& a, const field_table& b) { return a.fields == b.fields; }
bool operator==(const field_value& a, const field_value& b) { return a.type == b.type && a.value == b.value; }

field_value field_value::boolean(bool v) { return {'t', v}; }
field_value field_value::long_string(std::string v) { return {'S', std::move(v)}; }
field_value field_value::int32(std::int32_t v) { return {'I', std::int64_t{v}}; }
field_value field_value::int64(std::int64_t v) { return {'l', v}; }
field_value field_value::timestamp(std::int64_t seconds) { return {'T', seconds}; }
field_value field_value::array(field_array v) { return {'A', std::move(v)}; }
field_value field_value::table(field_table v) { return {'F', std::move(v)}; }

const std::int64_t* field_value::integer() const { return type == 'T' ? nullptr : std::get_if<std::int64_t>(&value); }
const std::string* field_value::string() const { return type == 'S' ? std::get_if<std::string>(&value) : nullptr; }
const bool* field_value::boolean() const { return std::get_if<bool>(&value); }
const field_array* field_value::array() const { return std::get_if<field_array>(&value); }
const field_table* field_value::table() const { return std::get_if<field_table>(&value); }

std::string_view field_type_name(char letter) {
  switch (letter) {
    case 't': return "bool";
    case 'b': return "byte";
    case 'B': return "unsignedbyte";
    case 's': return "short";
    case 'u': return "unsignedshort";
    case 'I': return "signedint";
    case 'i': return "unsignedint";
    case 'l': case 'L': return "long";
    case 'f': return "float";
    case 'd': return "double";
    case 'D': return "decimal";
    case 'S': return "longstr";
    case 'x': return "binary";
    case 'A': return "array";
    case 'F': return "table";
    case 'T': return "timestamp";
    case 'V': return "void";
    default: return "unknown";
  }
}

namespace {

// The decoder runs over input that valid_table accepted: every length is known to fit, so it only converts.
class trusted_reader {
 public:
  explicit trusted_reader(bytes_view in) : in_(in) {}
  [[nodiscard]] bool done() const { return in_.empty(); }

  template <class T>
  T number() {
    const T v = load_big_endian<T>(in_.data());
    in_.remove_prefix(sizeof(T));
    return v;
  }
  bytes_view take(std::size_t bytes) {
    const bytes_view taken = in_.substr(0, bytes);
    in_.remove_prefix(bytes);
    return taken;
  }
  bytes_view short_string() { return take(number<std::uint8_t>()); }
  bytes_view long_string() { return take(number<std::uint32_t>()); }

 private:
  bytes_view in_;
};

field_value read_value(trusted_reader& in);

field_table read_table(bytes_view content) {
  field_table table;
  trusted_reader in(content);
  while (!in.done()) {
    std::string name(in.short_string());
    table.fields.emplace_back(std::move(name), read_value(in));
  }
  return table;
}

field_array read_array(bytes_view content) {
  field_array array;
  trusted_reader in(content);
  while (!in.done()) array.push_back(read_value(in));
  return array;
}

field_value read_value(trusted_reader& in) {
  const char letter = static_cast<char>(in.number<std::uint8_t>());
  const auto integer = [letter](std::int64_t v) { return field_value{letter, v}; };
  switch (letter) {
    case 't': return {letter, in.number<std::uint8_t>() != 0};
    case 'b': return integer(in.number<std::int8_t>());
    case 'B': return integer(in.number<std::uint8_t>());
    case 's': return integer(in.number<std::int16_t>());
    case 'u': return integer(in.number<std::uint16_t>());
    case 'I': return integer(in.number<std::int32_t>());
    case 'i': return integer(in.number<std::uint32_t>());
    case 'l': case 'L': case 'T': return integer(in.number<std::int64_t>());
    case 'f': return {letter, static_cast<double>(std::bit_cast<float>(in.number<std::uint32_t>()))};
    case 'd': return {letter, std::bit_cast<double>(in.number<std::uint64_t>())};
    case 'D': {
      const std::uint8_t scale = in.number<std::uint8_t>();
      return {letter, decimal_value{scale, in.number<std::uint32_t>()}};
    }
    case 'S': case 'x': return {letter, std::string(in.long_string())};
    case 'A': return {letter, read_array(in.long_string())};
    case 'F': return {letter, read_table(in.long_string())};
    default: return {};
  }
}

void put_value(std::string& out, const field_value& v);

/// Writes a 4-byte length, then whatever `body` appends.
template <class F>
void put_with_length(std::string& out, F&& body) {
  const std::size_t at = out.size();
  append_big_endian(out, std::uint32_t{0});
  body();
  store_big_endian(out.data() + at, static_cast<std::uint32_t>(out.size() - at - 4));
}

void put_long_string(std::string& out, const std::string& text) {
  append_big_endian(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

void put_integer(std::string& out, char letter, std::int64_t v) {
  switch (fixed_field_bytes(letter)) {
    case 1: return append_big_endian(out, static_cast<std::uint8_t>(v));
    case 2: return append_big_endian(out, static_cast<std::uint16_t>(v));
    case 4: return append_big_endian(out, static_cast<std::uint32_t>(v));
    default: return append_big_endian(out, static_cast<std::uint64_t>(v));
  }
}

struct value_writer {
  std::string& out;
  char letter;

  void operator()(std::monostate) const {}
  void operator()(bool v) const { append_big_endian(out, static_cast<std::uint8_t>(v)); }
  void operator()(std::int64_t v) const { put_integer(out, letter, v); }
  void operator()(double v) const {
    if (letter == 'f')
      append_big_endian(out, std::bit_cast<std::uint32_t>(static_cast<float>(v)));
    else
      append_big_endian(out, std::bit_cast<std::uint64_t>(v));
  }
  void operator()(const decimal_value& v) const {
    append_big_endian(out, v.scale);
    append_big_endian(out, v.value);
  }
  void operator()(const std::string& v) const { put_long_string(out, v); }
  void operator()(const field_array& v) const {
    put_with_length(out, [&] {
      for (const field_value& element : v) put_value(out, element);
    });
  }
  void operator()(const field_table& v) const { encode_table(v, out); }
};

void put_value(std::string& out, const field_value& v) {
  out += v.type;
  std::visit(value_writer{out, v.type}, v.value);
}

}  // namespace

result<field_table> decode_table(bytes_view in) {
  if (!valid_table(in)) return fail(reply_code::frame_error, "malformed field table");
  return read_table(in);
}

void encode_table(const field_table& table, std::string& out) {
  put_with_length(out, [&] {
    for (const auto& [name, value] : table.fields) {
      const std::size_t bytes = std::min<std::size_t>(name.size(), 255);
      append_big_endian(out, static_cast<std::uint8_t>(bytes));
      out.append(name, 0, bytes);
      put_value(out, value);
    }
  });
}

}  // namespace warren
