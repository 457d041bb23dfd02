#include <algorithm>
#include <array>
#include <utility>

#include "amqp/erlang_term.hpp"
#include "amqp/methods/method.hpp"
#include "amqp/utf8.hpp"

namespace warren::amqp {
namespace {

// Decoding goes twice over the arguments, as RabbitMQ's does: first whether their lengths add up to exactly the payload
// (if not: `cannot decode`), then the values in order, where the first bad string or table decides the error.

/// Walks a method's fields by type only.
class layout_check {
 public:
  explicit layout_check(bytes_view arguments) : in_(arguments) {}

  template <class... Fields>
  bool operator()(Fields&&... fields) {
    (check(fields), ...);
    return ok_ && in_.empty();
  }

 private:
  template <class T>
  void check(const T&) requires std::is_integral_v<T> {
    skip(sizeof(T));
    bits_ = 0;
  }
  void check(const bool&) {
    if (bits_++ % 8 == 0) skip(1);
  }
  void check(const std::string&) { skip_prefixed<std::uint8_t>(); }
  template <class S>
  void check(const as_long_string<S>&) {
    skip_prefixed<std::uint32_t>();
  }
  void check(const field_table&) { skip_prefixed<std::uint32_t>(); }

  template <class Length>
  void skip_prefixed() {
    bits_ = 0;
    if (!ok_ || in_.size() < sizeof(Length)) return void(ok_ = false);
    const std::size_t length = load_big_endian<Length>(in_.data());
    skip(sizeof(Length) + length);
  }
  void skip(std::size_t bytes) {
    if (!ok_ || in_.size() < bytes) return void(ok_ = false);
    in_.remove_prefix(bytes);
  }

  bytes_view in_;
  bool ok_ = true;
  unsigned bits_ = 0;
};

/// Reads the fields of arguments that passed layout_check.
class field_reader {
 public:
  enum class outcome : std::uint8_t { ok, malformed_utf8, malformed_table };

  explicit field_reader(bytes_view arguments) : at_(arguments.data()) {}

  template <class... Fields>
  outcome operator()(Fields&&... fields) {
    (read(fields), ...);
    return outcome_;
  }

 private:
  template <class T>
  void read(T& v) requires std::is_integral_v<T> {
    v = load_big_endian<T>(at_);
    at_ += sizeof(T);
    bits_ = 0;
  }
  void read(bool& v) {
    if (bits_ % 8 == 0) octet_ = static_cast<unsigned char>(*at_++);
    v = (octet_ >> (bits_++ % 8) & 1) != 0;
  }
  void read(std::string& v) {
    const bytes_view text = take<std::uint8_t>();
    if (!valid_utf8(text)) fail_as(outcome::malformed_utf8);
    v.assign(text);
  }
  template <class S>
  void read(as_long_string<S> v) {
    v.text.assign(take<std::uint32_t>());
  }
  void read(field_table& v) {
    const bytes_view content = take<std::uint32_t>();
    if (outcome_ != outcome::ok || content.empty()) return;
    auto table = decode_table(content);
    if (!table) return fail_as(outcome::malformed_table);
    v = std::move(table).value();
  }

  template <class Length>
  bytes_view take() {
    bits_ = 0;
    const std::size_t length = load_big_endian<Length>(at_);
    const bytes_view taken{at_ + sizeof(Length), length};
    at_ += sizeof(Length) + length;
    return taken;
  }
  void fail_as(outcome o) {
    if (outcome_ == outcome::ok) outcome_ = o;
  }

  const char* at_;
  outcome outcome_ = outcome::ok;
  unsigned bits_ = 0;
  unsigned char octet_ = 0;
};

class field_writer {
 public:
  explicit field_writer(std::string& out) : out_(out) {}

  template <class... Fields>
  void operator()(Fields&&... fields) {
    (write(fields), ...);
  }

  template <class T>
  void write(const T& v) requires std::is_integral_v<T> {
    bits_ = 0;
    char bytes[sizeof(T)];
    store_big_endian(bytes, v);
    out_.append(bytes, sizeof bytes);
  }

 private:
  void write(const bool& v) {
    if (bits_ % 8 == 0) out_ += '\0';
    if (v) out_.back() = static_cast<char>(static_cast<unsigned char>(out_.back()) | 1u << (bits_ % 8));
    ++bits_;
  }
  void write(const std::string& v) {
    const std::size_t bytes = std::min<std::size_t>(v.size(), 255);
    write(static_cast<std::uint8_t>(bytes));
    out_.append(v, 0, bytes);
  }
  template <class S>
  void write(const as_long_string<S>& v) {
    write(static_cast<std::uint32_t>(v.text.size()));
    out_ += v.text;
  }
  void write(const field_table& v) {
    bits_ = 0;
    encode_table(v, out_);
  }

  std::string& out_;
  unsigned bits_ = 0;
};

template <class Method>
wire_result<method> decode_as(bytes_view arguments) {
  Method m;
  if (!Method::fields(m, layout_check(arguments))) {
    // The text is cut to 255 bytes later; a big payload need not be printed whole for that.
    return wire_error{fail(reply_code::frame_error, "cannot decode " + print_octets(arguments.substr(0, 256))),
                      Method::id.class_id, Method::id.method};
  }
  switch (Method::fields(m, field_reader(arguments))) {
    case field_reader::outcome::ok: return method(std::move(m));
    case field_reader::outcome::malformed_utf8:
      return wire_error{fail(reply_code::frame_error, "Malformed UTF-8 in shortstr")};
    case field_reader::outcome::malformed_table: break;
  }
  return wire_error{fail(reply_code::internal_error, std::string("malformed table in ") + Method::name),
                    Method::id.class_id, Method::id.method, wire_error::ending::silent};
}

using decoder = wire_result<method> (*)(bytes_view);

struct method_entry {
  method_id id;
  const char* name;
  decoder decode;
};

template <std::size_t... I>
constexpr auto make_entries(std::index_sequence<I...>) {
  return std::array<method_entry, sizeof...(I)>{method_entry{std::variant_alternative_t<I, method>::id,
                                                             std::variant_alternative_t<I, method>::name,
                                                             &decode_as<std::variant_alternative_t<I, method>>}...};
}
constexpr auto entries = make_entries(std::make_index_sequence<std::variant_size_v<method>>{});

// Class ids are 10…60, 85, 90 and method ids below 128: (class / 5, method) indexes a small table without collisions.
constexpr std::size_t class_slots = 19, method_slots = 128;
constexpr std::uint8_t nothing = 0xff;

constexpr auto make_slots() {
  std::array<std::uint8_t, class_slots * method_slots> slots{};
  slots.fill(nothing);
  for (std::size_t i = 0; i < entries.size(); ++i)
    slots[entries[i].id.class_id / 5u * method_slots + entries[i].id.method] = static_cast<std::uint8_t>(i);
  return slots;
}
constexpr auto slots = make_slots();

const method_entry* find_entry(method_id id) {
  if (id.class_id % 5 != 0 || id.class_id / 5u >= class_slots || id.method >= method_slots) return nullptr;
  const std::uint8_t index = slots[id.class_id / 5u * method_slots + id.method];
  return index == nothing ? nullptr : &entries[index];
}

}  // namespace

wire_result<method> decode_method(bytes_view payload) {
  if (payload.size() < 4)
    return wire_error{fail(reply_code::frame_error, "truncated method"), 0, 0, wire_error::ending::silent};
  const method_id id{load_big_endian<std::uint16_t>(payload.data()),
                     load_big_endian<std::uint16_t>(payload.data() + 2)};
  if (const method_entry* entry = find_entry(id)) return entry->decode(payload.substr(4));
  const std::string numbers = std::to_string(id.class_id) + "," + std::to_string(id.method);
  return wire_error{fail(reply_code::internal_error, "unknown method " + numbers), id.class_id, id.method,
                    wire_error::ending::silent};
}

void encode_method(const method& m, std::string& out) {
  std::visit(
      [&out](const auto& alternative) {
        field_writer writer(out);
        writer.write(alternative.id.class_id);
        writer.write(alternative.id.method);
        alternative.fields(alternative, writer);
      },
      m);
}

method_id id_of(const method& m) {
  return std::visit([](const auto& alternative) { return alternative.id; }, m);
}

std::string_view method_name(method_id id) {
  const method_entry* entry = find_entry(id);
  return entry == nullptr ? std::string_view{} : std::string_view{entry->name};
}

}  // namespace warren::amqp
