#include "core/raft/raft_codec.hpp"

namespace warren::raft {
namespace {

constexpr std::size_t max_name_bytes = 1024;

class writer {
 public:
  explicit writer(std::string& out) : out_(out) {}
  void number(std::uint64_t v) {
    for (; v >= 0x80; v >>= 7) out_ += static_cast<char>(v | 0x80);
    out_ += static_cast<char>(v);
  }
  void flags(bool a, bool b = false) { out_ += static_cast<char>((a ? 1 : 0) | (b ? 2 : 0)); }
  void text(bytes_view s) {
    number(s.size());
    out_.append(s);
  }
  void list(const std::vector<std::uint64_t>& ids) {
    number(ids.size());
    for (const std::uint64_t id : ids) number(id);
  }
  void members(const configuration& c) {
    number(c.members.size());
    for (const member& m : c.members) {
      number(m.id);
      text(m.name);
      out_ += static_cast<char>(m.role);
    }
  }
  void branch(const branch_record& r) {
    number(r.id);
    number(r.from);
    number(r.from_term);
    number(r.forced_by);
    list(r.survivors);
    list(r.old_voters);
  }
  void branches(const branch_history& h) {
    number(h.size());
    for (const branch_record& r : h) branch(r);
  }
  void snapshot(const snapshot_meta& m) {
    number(m.at);
    number(m.term);
    members(m.members);
    branches(m.branches);
    number(m.bytes);
    number(m.id);
  }

  void body(const vote_request& v) {
    number(v.last);
    number(v.last_term);
    flags(v.trial, v.transfer);
  }
  void body(const vote_reply& v) { flags(v.granted, v.trial); }
  void body(const append_request& a) {
    number(a.previous);
    number(a.previous_term);
    number(a.commit);
    number(a.round);
    branches(a.branches);
    number(a.entries.size());
    for (const entry& e : a.entries) {  // their indexes follow from `previous`
      number(e.term);
      out_ += static_cast<char>(e.kind);
      text(e.view());
    }
  }
  void body(const append_reply& r) {
    number(r.of);
    flags(r.accepted);
    for (const std::uint64_t v : {r.match, r.hint, r.hint_term, r.commit, r.round}) number(v);
  }
  void body(const snapshot_chunk& c) {
    snapshot(*c.meta);
    branches(c.branches);
    number(c.offset);
    text(c.data);
  }
  void body(const snapshot_reply& r) {
    for (const std::uint64_t v : {r.of, r.at, r.id, r.offset}) number(v);
    flags(r.stored);
  }
  void body(const timeout_now&) {}
  void body(const read_request& r) { number(r.id); }
  void body(const read_reply& r) {
    number(r.id);
    number(r.at);
  }
  void body(const branch_notice& n) {
    branches(n.branches);
    flags(n.forked);
  }

 private:
  std::string& out_;
};

/// Becomes not good with the first thing that is wrong, and stays so; what it returns then has no meaning.
class reader {
 public:
  explicit reader(bytes_view in) : in_(in) {}
  [[nodiscard]] bool done() const { return good_ && in_.empty(); }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bytes_view left() const { return in_; }

  std::uint64_t number() {
    std::uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (in_.empty()) return bad();
      const auto c = static_cast<std::uint8_t>(in_.front());
      in_.remove_prefix(1);
      if (shift == 63 && c > 1) return bad();
      v |= static_cast<std::uint64_t>(c & 0x7f) << shift;
      if (c < 0x80) return v;
    }
    return bad();
  }
  std::uint8_t byte(std::uint8_t lowest, std::uint8_t highest) {
    if (in_.empty()) return static_cast<std::uint8_t>(bad());
    const auto c = static_cast<std::uint8_t>(in_.front());
    in_.remove_prefix(1);
    if (c < lowest || c > highest) return static_cast<std::uint8_t>(bad());
    return c;
  }
  bytes_view text(std::size_t most) {
    const std::uint64_t n = number();
    if (!good_ || n > in_.size() || n > most) {
      bad();
      return {};
    }
    const bytes_view out = in_.substr(0, n);
    in_.remove_prefix(n);
    return out;
  }
  /// Of things that take at least `each` bytes.
  std::size_t count(std::size_t each) {
    const std::uint64_t n = number();
    if (!good_ || n > in_.size() / each) return static_cast<std::size_t>(bad());
    return n;
  }
  std::vector<std::uint64_t> list() {
    std::vector<std::uint64_t> ids(count(1));
    for (std::uint64_t& id : ids) id = number();
    return ids;
  }
  configuration members() {
    configuration c;
    const std::size_t n = count(3);
    for (std::size_t i = 0; i < n && good_; ++i) {
      member m;
      m.id = number();
      m.name = text(max_name_bytes);
      m.role = static_cast<member_role>(byte(1, 2));
      if (m.id == 0 || (!c.members.empty() && c.members.back().id >= m.id)) bad();
      c.members.push_back(std::move(m));
    }
    return c;
  }
  branch_record branch() {
    branch_record r;
    r.id = number();
    r.from = number();
    r.from_term = number();
    r.forced_by = number();
    r.survivors = list();
    r.old_voters = list();
    if (r.id == 0) bad();
    return r;
  }
  branch_history branches() {
    branch_history h;
    const std::size_t n = count(6);
    for (std::size_t i = 0; i < n && good_; ++i) h.push_back(branch());
    return h;
  }
  snapshot_meta snapshot() {
    snapshot_meta m;
    m.at = number();
    m.term = number();
    m.members = members();
    m.branches = branches();
    m.bytes = number();
    m.id = number();
    return m;
  }

  void body(vote_request& v) {
    v.last = number();
    v.last_term = number();
    const std::uint8_t f = byte(0, 3);
    v.trial = (f & 1) != 0;
    v.transfer = (f & 2) != 0;
  }
  void body(vote_reply& v) {
    const std::uint8_t f = byte(0, 3);
    v.granted = (f & 1) != 0;
    v.trial = (f & 2) != 0;
  }
  void body(append_request& a) {
    a.previous = number();
    a.previous_term = number();
    a.commit = number();
    a.round = number();
    a.branches = branches();
    const std::size_t n = count(3);
    if (a.previous > ~std::uint64_t{0} - n) bad();
    for (std::size_t i = 0; i < n && good_; ++i) {
      entry e;
      e.at = a.previous + 1 + i;
      e.term = number();
      e.kind = static_cast<entry_kind>(byte(1, 4));
      const bytes_view content = text(in_.size());
      if (!content.empty()) e.bytes = std::make_shared<const std::string>(content);
      // terms never fall along a log
      if (e.term == 0 || e.term < (a.entries.empty() ? a.previous_term : a.entries.back().term)) bad();
      a.entries.push_back(std::move(e));
    }
  }
  void body(append_reply& r) {
    r.of = number();
    r.accepted = byte(0, 1) != 0;
    for (std::uint64_t* v : {&r.match, &r.hint, &r.hint_term, &r.commit, &r.round}) *v = number();
  }
  void body(snapshot_chunk& c) {
    c.meta = std::make_shared<const snapshot_meta>(snapshot());
    c.branches = branches();
    c.offset = number();
    c.data = text(in_.size());
    if (c.meta->at == 0 || c.offset > c.meta->bytes || c.data.size() > c.meta->bytes - c.offset) bad();
  }
  void body(snapshot_reply& r) {
    for (std::uint64_t* v : {&r.of, &r.at, &r.id, &r.offset}) *v = number();
    r.stored = byte(0, 1) != 0;
  }
  void body(timeout_now&) {}
  void body(read_request& r) { r.id = number(); }
  void body(read_reply& r) {
    r.id = number();
    r.at = number();
  }
  void body(branch_notice& n) {
    n.branches = branches();
    n.forked = byte(0, 1) != 0;
  }

  template <std::size_t I = 0, class Variant>
  void choose(Variant& v, std::size_t which) {
    if constexpr (I < std::variant_size_v<Variant>) {
      if (which != I) return choose<I + 1>(v, which);
      v.template emplace<I>();
      body(std::get<I>(v));
    } else {
      bad();
    }
  }

 private:
  std::uint64_t bad() {
    good_ = false;
    in_ = {};
    return 0;
  }
  bytes_view in_;
  bool good_ = true;
};

}  // namespace

void encode(const configuration& c, std::string& out) { writer(out).members(c); }
void encode(const snapshot_meta& m, std::string& out) { writer(out).snapshot(m); }

void encode_fork(const branch_record& r, const configuration& survivors, std::string& out) {
  writer w(out);
  w.branch(r);
  w.members(survivors);
}

void encode(const message& m, std::string& out) {
  writer w(out);
  out += static_cast<char>(m.body.index() + 1);  // append only: part of the wire format
  for (const std::uint64_t v : {m.from, m.to, m.term, m.branch}) w.number(v);
  std::visit([&w](const auto& body) { w.body(body); }, m.body);
}

std::optional<configuration> decode_configuration(bytes_view in) {
  reader r(in);
  configuration c = r.members();
  return r.done() ? std::optional(std::move(c)) : std::nullopt;
}

std::optional<snapshot_meta> decode_snapshot_meta(bytes_view in) {
  reader r(in);
  snapshot_meta m = r.snapshot();
  return r.done() ? std::optional(std::move(m)) : std::nullopt;
}

std::optional<fork_content> decode_fork(bytes_view in) {
  reader r(in);
  fork_content f;
  f.record = r.branch();
  f.survivors = r.members();
  return r.done() ? std::optional(std::move(f)) : std::nullopt;
}

std::optional<message> decode_message(bytes_view in) {
  reader r(in);
  message m;
  const std::uint8_t kind = r.byte(1, 255);
  for (std::uint64_t* v : {&m.from, &m.to, &m.term, &m.branch}) *v = r.number();
  if (r.good()) r.choose(m.body, kind - 1u);
  return r.done() ? std::optional(std::move(m)) : std::nullopt;
}

void append_to_batch(std::uint64_t group, const message& m, std::string& batch) {
  std::string one;
  encode(m, one);
  writer w(batch);
  w.number(group);
  w.text(one);
}

std::optional<std::vector<batch_item>> decode_batch(bytes_view batch) {
  std::vector<batch_item> out;
  reader r(batch);
  while (r.good() && !r.left().empty()) {
    const std::uint64_t group = r.number();
    auto m = decode_message(r.text(batch.size()));
    if (!r.good() || !m) return std::nullopt;
    out.push_back({group, std::move(*m)});
  }
  return r.done() ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace warren::raft
