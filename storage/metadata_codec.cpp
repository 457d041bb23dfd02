#include "storage/metadata_codec.hpp"

#include <cereal/archives/portable_binary.hpp>
#include <cereal/types/utility.hpp>
#include <istream>
#include <ostream>
#include <streambuf>

// cereal trusts its input: a length read from a file is allocated before it is read. Here everything of variable length
// goes through text() and list(), which compare lengths with what is left of the input first; field tables travel in
// AMQP's own encoding, whose decoder is written for hostile bytes. cereal's exceptions end in this file.

namespace warren::storage {
namespace {

class string_sink : public std::streambuf {
 public:
  explicit string_sink(std::string& out) : out_(out) {}

 private:
  std::streamsize xsputn(const char* from, std::streamsize n) override {
    out_.append(from, static_cast<std::size_t>(n));
    return n;
  }
  int_type overflow(int_type c) override {
    if (c != traits_type::eof()) out_ += static_cast<char>(c);
    return c;
  }
  std::string& out_;
};

class view_source : public std::streambuf {
 public:
  explicit view_source(bytes_view in) {
    char* begin = const_cast<char*>(in.data());  // the get area is never written to
    setg(begin, begin, begin + in.size());
  }
  [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(egptr() - gptr()); }
};

struct writer {
  cereal::PortableBinaryOutputArchive& archive;

  template <class T>
  void number(const T& v) {
    archive(v);
  }
  void text(const std::string& s) {
    archive(static_cast<std::uint32_t>(s.size()));
    archive(cereal::binary_data(s.data(), s.size()));
  }
  void list(const std::vector<std::string>& items) {
    archive(static_cast<std::uint32_t>(items.size()));
    for (const std::string& item : items) text(item);
  }
  void table(const field_table& t) {
    std::string encoded;
    encode_table(t, encoded);
    text(encoded);
  }
  void optional(const std::optional<std::int64_t>& v) {
    archive(static_cast<std::uint8_t>(v.has_value()));
    archive(v.value_or(0));
  }
};

struct reader {
  cereal::PortableBinaryInputArchive& archive;
  const view_source& source;

  template <class T>
  void number(T& v) {
    archive(v);
  }
  std::uint32_t length(std::size_t bytes_each) {
    std::uint32_t n = 0;
    archive(n);
    if (n > source.left() / bytes_each) throw cereal::Exception("a length is larger than what is left");
    return n;
  }
  void text(std::string& s) {
    s.resize(length(1));
    archive(cereal::binary_data(s.data(), s.size()));
  }
  void list(std::vector<std::string>& items) {
    items.resize(length(sizeof(std::uint32_t)));  // an item is at least its length
    for (std::string& item : items) text(item);
  }
  void table(field_table& t) {
    std::string encoded;
    text(encoded);
    if (encoded.size() < 4 || load_big_endian<std::uint32_t>(encoded.data()) != encoded.size() - 4) {
      throw cereal::Exception("a table has a wrong length");
    }
    auto decoded = decode_table(bytes_view(encoded).substr(4));
    if (!decoded) throw cereal::Exception("a table is damaged: " + decoded.failure().text);
    t = std::move(*decoded);
  }
  void optional(std::optional<std::int64_t>& v) {
    std::uint8_t there = 0;
    std::int64_t value = 0;
    archive(there);
    archive(value);
    v = there != 0 ? std::optional(value) : std::nullopt;
  }
};

/// One field, written or read. Order and types here are the format.
template <class A, class T>
void field(A& a, T& v) {
  using plain = std::remove_const_t<T>;
  if constexpr (std::is_same_v<plain, std::string>) {
    a.text(v);
  } else if constexpr (std::is_same_v<plain, std::vector<std::string>>) {
    a.list(v);
  } else if constexpr (std::is_same_v<plain, field_table>) {
    a.table(v);
  } else if constexpr (std::is_same_v<plain, std::optional<std::int64_t>>) {
    a.optional(v);
  } else if constexpr (std::is_same_v<plain, queue_id> || std::is_same_v<plain, connection_id>) {
    a.number(v.value);
  } else if constexpr (std::is_same_v<plain, vhost_limits>) {
    a.optional(v.max_connections);
    a.optional(v.max_queues);
  } else if constexpr (std::is_same_v<plain, user_limits>) {
    a.optional(v.max_connections);
    a.optional(v.max_channels);
  } else if constexpr (std::is_same_v<plain, policy_kind> || std::is_same_v<plain, destination_kind>) {
    auto raw = static_cast<std::uint8_t>(v);
    a.number(raw);
    if constexpr (!std::is_const_v<T>) {
      if (raw > 1) throw cereal::Exception("an enumeration has an unknown value");
      v = static_cast<plain>(raw);
    }
  } else if constexpr (std::is_same_v<plain, binding_record>) {
    field(a, v.source);
    field(a, v.kind);
    field(a, v.destination);
    field(a, v.routing_key);
    field(a, v.arguments);
  } else if constexpr (std::is_same_v<plain, bool>) {
    auto raw = static_cast<std::uint8_t>(v);
    a.number(raw);
    if constexpr (!std::is_const_v<T>) {
      if (raw > 1) throw cereal::Exception("a boolean is neither 0 nor 1");
      v = raw != 0;
    }
  } else {
    static_assert(std::is_arithmetic_v<plain>);
    a.number(v);
  }
}

template <class A, class... T>
void fields(A& a, T&... all) {
  (field(a, all), ...);
}

/// The fields of each command, for reading (C) and writing (const C).
template <class A, class C>
void record(A& a, C& c) {
  using plain = std::remove_const_t<C>;
  if constexpr (std::is_same_v<plain, put_vhost>) {
    fields(a, c.name, c.description, c.tags, c.default_queue_type, c.tracing);
  } else if constexpr (std::is_same_v<plain, set_vhost_limits>) {
    fields(a, c.vhost, c.limits);
  } else if constexpr (std::is_same_v<plain, set_vhost_tracing>) {
    fields(a, c.vhost, c.on);
  } else if constexpr (std::is_same_v<plain, put_user>) {
    fields(a, c.name, c.password_hash, c.hashing_algorithm, c.tags, c.must_be_new);
  } else if constexpr (std::is_same_v<plain, set_password>) {
    fields(a, c.name, c.password_hash, c.hashing_algorithm);
  } else if constexpr (std::is_same_v<plain, set_user_tags>) {
    fields(a, c.name, c.tags);
  } else if constexpr (std::is_same_v<plain, set_user_limits>) {
    fields(a, c.name, c.limits);
  } else if constexpr (std::is_same_v<plain, set_permission>) {
    fields(a, c.user, c.vhost, c.configure, c.write, c.read);
  } else if constexpr (std::is_same_v<plain, clear_permission>) {
    fields(a, c.user, c.vhost);
  } else if constexpr (std::is_same_v<plain, set_topic_permission>) {
    fields(a, c.user, c.vhost, c.exchange, c.write, c.read);
  } else if constexpr (std::is_same_v<plain, clear_topic_permission>) {
    fields(a, c.user, c.vhost, c.exchange, c.all_exchanges);
  } else if constexpr (std::is_same_v<plain, set_policy>) {
    fields(a, c.vhost, c.kind, c.name, c.pattern, c.apply_to, c.priority, c.definition);
  } else if constexpr (std::is_same_v<plain, clear_policy>) {
    fields(a, c.vhost, c.kind, c.name);
  } else if constexpr (std::is_same_v<plain, set_parameter>) {
    fields(a, c.vhost, c.component, c.name, c.json);
  } else if constexpr (std::is_same_v<plain, clear_parameter>) {
    fields(a, c.vhost, c.component, c.name);
  } else if constexpr (std::is_same_v<plain, set_global_parameter>) {
    fields(a, c.name, c.json);
  } else if constexpr (std::is_same_v<plain, declare_exchange>) {
    fields(a, c.vhost, c.name, c.type, c.durable, c.auto_delete, c.internal, c.arguments, c.system, c.node);
  } else if constexpr (std::is_same_v<plain, delete_exchange>) {
    fields(a, c.vhost, c.name, c.if_unused);
  } else if constexpr (std::is_same_v<plain, declare_queue>) {
    fields(a, c.vhost, c.name, c.durable, c.auto_delete, c.exclusive_owner, c.arguments, c.node, c.server_named, c.id);
  } else if constexpr (std::is_same_v<plain, delete_queue>) {
    fields(a, c.vhost, c.name, c.id);
  } else if constexpr (std::is_same_v<plain, bind> || std::is_same_v<plain, unbind>) {
    fields(a, c.vhost, c.binding);
  } else if constexpr (std::is_same_v<plain, delete_exclusive_queues>) {
    fields(a, c.owner);
  } else if constexpr (std::is_same_v<plain, reserve_queue_ids>) {
    fields(a, c.next);
  } else if constexpr (std::is_same_v<plain, put_node>) {
    fields(a, c.name, c.ram, c.version);
  } else {  // delete_vhost, delete_user, clear_global_parameter, remove_node
    fields(a, c.name);
  }
}

void write(writer& w, const command& c) {
  w.number(static_cast<std::uint16_t>(c.index()));
  std::visit([&w](const auto& alternative) { record(w, alternative); }, c);
}

template <std::size_t I = 0>
command read_alternative(reader& r, std::size_t index) {
  if constexpr (I < std::variant_size_v<command>) {
    if (index != I) return read_alternative<I + 1>(r, index);
    std::variant_alternative_t<I, command> c;
    record(r, c);
    return c;
  } else {
    throw cereal::Exception("unknown command " + std::to_string(index));
  }
}

command read(reader& r) {
  std::uint16_t index = 0;
  r.number(index);
  return read_alternative(r, index);
}

template <class Write>
std::string encode(Write&& body) {
  std::string out(2, '\0');
  out[0] = static_cast<char>(metadata_format_version & 0xff);
  out[1] = static_cast<char>(metadata_format_version >> 8);
  string_sink sink(out);
  std::ostream stream(&sink);
  cereal::PortableBinaryOutputArchive archive(stream);
  writer w{archive};
  body(w);
  return out;
}

error damaged(const std::string& why) { return fail(reply_code::internal_error, "metadata record: " + why); }

/// Runs body(reader&) -> result<T> behind the version number.
template <class T, class Read>
result<T> decode(bytes_view in, Read&& body) {
  if (in.size() < 3) return damaged("too short");
  const unsigned version = static_cast<unsigned char>(in[0]) | static_cast<unsigned>(static_cast<unsigned char>(in[1]))
                                                                   << 8;
  if (version != metadata_format_version) {
    return damaged("format version " + std::to_string(version) + " is not known to this program (" +
                   std::to_string(metadata_format_version) + ")");
  }
  view_source source(in.substr(2));
  std::istream stream(&source);
  try {
    cereal::PortableBinaryInputArchive archive(stream);
    reader r{archive, source};
    result<T> value = body(r);
    if (value.ok() && source.left() != 0) return damaged(std::to_string(source.left()) + " bytes left over");
    return value;
  } catch (const cereal::Exception& e) {
    return damaged(e.what());
  }
}

}  // namespace

std::string encode_command(const command& c) {
  return encode([&c](writer& w) { write(w, c); });
}

result<command> decode_command(bytes_view in) {
  if (in.size() > max_metadata_command_bytes) return damaged("too long");
  return decode<command>(in, [](reader& r) -> result<command> { return read(r); });
}

std::string encode_state(const broker_state& state) {
  const std::vector<command> all = export_durable(state);
  return encode([&all](writer& w) {
    w.number(static_cast<std::uint64_t>(all.size()));
    for (const command& c : all) write(w, c);
  });
}

result<broker_snapshot> decode_state(bytes_view in) {
  return decode<broker_snapshot>(in, [](reader& r) -> result<broker_snapshot> {
    std::uint64_t count = 0;
    r.number(count);
    metadata_machine machine;
    for (std::uint64_t i = 0; i < count; ++i) {
      const command c = read(r);
      if (const applied done = machine.replay(c); !done.result) {
        return damaged(std::string(command_name(c)) + " does not apply: " + reply_text(done.result.failure()));
      }
    }
    return machine.snapshot();
  });
}

}  // namespace warren::storage
