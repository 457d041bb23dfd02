#include "storage/metadata_wire.hpp"

#include "storage/metadata_codec.hpp"

namespace warren::storage {
namespace {

constexpr std::uint8_t wire_version = 1;

class sink {
 public:
  explicit sink(std::string& out) : out_(out) {}
  template <class T>
  void number(T v) {
    out_.append(reinterpret_cast<const char*>(&v), sizeof v);  // little-endian (core/base/bytes.hpp)
  }
  void text(bytes_view s) {
    number(static_cast<std::uint32_t>(s.size()));
    out_.append(s);
  }

 private:
  std::string& out_;
};

/// Everything after a failure reads as 0 and empty; ok() says whether there was one.
class source {
 public:
  explicit source(bytes_view in) : in_(in) {}
  template <class T>
  T number() {
    T v{};
    if (in_.size() < sizeof v) return fail(), v;
    std::memcpy(&v, in_.data(), sizeof v);
    in_.remove_prefix(sizeof v);
    return v;
  }
  bool flag() {
    const auto v = number<std::uint8_t>();
    if (v > 1) fail();
    return v == 1;
  }
  bytes_view text() {
    const auto n = number<std::uint32_t>();
    if (n > in_.size()) return fail(), bytes_view();
    const bytes_view s = in_.substr(0, n);
    in_.remove_prefix(n);
    return s;
  }
  /// A number of things that take at least `bytes_each`.
  std::uint32_t count(std::size_t bytes_each) {
    const auto n = number<std::uint32_t>();
    if (n > in_.size() / bytes_each) return fail(), 0;
    return n;
  }
  bytes_view rest() { return std::exchange(in_, {}); }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool done() const { return ok_ && in_.empty(); }

 private:
  void fail() {
    ok_ = false;
    in_ = {};
  }
  bytes_view in_;
  bool ok_ = true;
};

void write(sink& out, const propose_message& m) { out.number(m.request), out.text(m.entry); }
void write(sink& out, const refused_message& m) { out.number(m.request); }
void write(sink& out, const ask_home_message& m) { out.number(m.request), out.number(m.connection.value), out.text(m.what); }
void write(sink& out, const home_answer_message& m) {
  out.number(m.request);
  out.number(static_cast<std::uint8_t>(m.refused));
  out.number(m.code);
  out.text(m.text);
  out.number(static_cast<std::uint8_t>(m.changed));
}
void write(sink& out, const announce_message& m) {
  out.number(m.after);
  out.number(static_cast<std::uint8_t>(m.anew));
  out.number(static_cast<std::uint32_t>(m.commands.size()));
  for (const std::string& c : m.commands) out.text(c);
}
void write(sink& out, const barrier_message& m) { out.number(m.request), out.number(m.upto); }
void write(sink& out, const barrier_passed_message& m) { out.number(m.request); }

void write(sink& out, const join_message& m) {
  out.number(m.request), out.number(m.server), out.text(m.node), out.text(m.version);
  out.number(static_cast<std::uint8_t>(m.ram));
}
void write(sink& out, const leave_message& m) { out.number(m.request), out.text(m.node); }
void write(sink& out, const member_answer_message& m) {
  out.number(m.request), out.number(static_cast<std::uint8_t>(m.refused)), out.text(m.text), out.text(m.leader);
}

void read(source& in, propose_message& m) { m.request = in.number<std::uint64_t>(), m.entry = in.text(); }
void read(source& in, refused_message& m) { m.request = in.number<std::uint64_t>(); }
void read(source& in, ask_home_message& m) {
  m.request = in.number<std::uint64_t>();
  m.connection = {in.number<std::uint64_t>()};
  m.what = in.text();
}
void read(source& in, home_answer_message& m) {
  m.request = in.number<std::uint64_t>();
  m.refused = in.flag();
  m.code = in.number<std::uint16_t>();
  m.text = in.text();
  m.changed = in.flag();
}
void read(source& in, announce_message& m) {
  m.after = in.number<std::uint64_t>();
  m.anew = in.flag();
  for (std::uint32_t n = in.count(sizeof(std::uint32_t)); n > 0; --n) m.commands.emplace_back(in.text());
}
void read(source& in, barrier_message& m) { m.request = in.number<std::uint64_t>(), m.upto = in.number<std::uint64_t>(); }
void read(source& in, barrier_passed_message& m) { m.request = in.number<std::uint64_t>(); }

void read(source& in, join_message& m) {
  m.request = in.number<std::uint64_t>();
  m.server = in.number<std::uint64_t>();
  m.node = in.text();
  m.version = in.text();
  m.ram = in.flag();
}
void read(source& in, leave_message& m) { m.request = in.number<std::uint64_t>(), m.node = in.text(); }
void read(source& in, member_answer_message& m) {
  m.request = in.number<std::uint64_t>();
  m.refused = in.flag();
  m.text = in.text();
  m.leader = in.text();
}

template <std::size_t I = 0>
std::optional<metadata_message> read_alternative(source& in, std::size_t index) {
  if constexpr (I < std::variant_size_v<metadata_message>) {
    if (index != I) return read_alternative<I + 1>(in, index);
    std::variant_alternative_t<I, metadata_message> m;
    read(in, m);
    if (!in.done()) return std::nullopt;
    return m;
  } else {
    return std::nullopt;
  }
}

}  // namespace

std::string encode_entry(const agreed_entry& e) {
  std::string out;
  sink to(out);
  to.number(wire_version);
  to.number(e.origin);
  to.number(e.request);
  return out += encode_command(e.what);
}

std::optional<agreed_entry> decode_entry(bytes_view in) {
  source from(in);
  if (from.number<std::uint8_t>() != wire_version) return std::nullopt;
  agreed_entry e;
  e.origin = from.number<std::uint64_t>();
  e.request = from.number<std::uint64_t>();
  if (!from.ok()) return std::nullopt;
  auto c = decode_command(from.rest());
  if (!c) return std::nullopt;
  e.what = std::move(*c);
  return e;
}

std::string encode_agreed(const request_ledger& ledger, const broker_state& state) {
  std::string out;
  sink to(out);
  to.number(wire_version);
  to.number(ledger.noted());
  to.number(static_cast<std::uint32_t>(ledger.origins().size()));
  for (const auto& [origin, o] : ledger.origins()) {
    to.number(origin);
    to.number(o.upto);
    to.number(o.last_used);
    to.number(static_cast<std::uint32_t>(o.above.size()));
    for (const std::uint64_t request : o.above) to.number(request);
  }
  return out += encode_state(state);
}

std::optional<agreed_snapshot> decode_agreed(bytes_view in) {
  source from(in);
  if (from.number<std::uint8_t>() != wire_version) return std::nullopt;
  agreed_snapshot out;
  const auto noted = from.number<std::uint64_t>();
  std::map<std::uint64_t, request_ledger::origin_state> origins;
  for (std::uint32_t n = from.count(28); n > 0; --n) {
    const auto origin = from.number<std::uint64_t>();
    request_ledger::origin_state& o = origins[origin];
    o.upto = from.number<std::uint64_t>();
    o.last_used = from.number<std::uint64_t>();
    for (std::uint32_t k = from.count(sizeof(std::uint64_t)); k > 0; --k) o.above.insert(from.number<std::uint64_t>());
  }
  if (!from.ok()) return std::nullopt;
  out.ledger.restore(std::move(origins), noted);
  auto state = decode_state(from.rest());
  if (!state) return std::nullopt;
  out.state = std::move(*state);
  return out;
}

std::string encode_message(const metadata_message& m) {
  std::string out;
  sink to(out);
  to.number(wire_version);
  to.number(static_cast<std::uint8_t>(m.index()));
  std::visit([&](const auto& alternative) { write(to, alternative); }, m);
  return out;
}

std::optional<metadata_message> decode_message(bytes_view in) {
  source from(in);
  if (from.number<std::uint8_t>() != wire_version) return std::nullopt;
  const auto index = from.number<std::uint8_t>();
  if (!from.ok()) return std::nullopt;
  return read_alternative(from, index);
}

}  // namespace warren::storage
