#include "storage/raft_records.hpp"

#include "storage/frame.hpp"

namespace warren::storage {
namespace {

template <class T>
void put(std::string& out, T v) {
  out.append(reinterpret_cast<const char*>(&v), sizeof v);
}

template <class T>
T get(bytes_view in, std::size_t at) {
  T v;
  std::memcpy(&v, in.data() + at, sizeof v);
  return v;
}

bool decode_entries(bytes_view in, raft_record& r) {
  if (in.size() < 24) return false;
  const auto first = get<std::uint64_t>(in, 8);
  const auto count = get<std::uint32_t>(in, 16);
  in.remove_prefix(24);
  if (first == 0 || count > in.size() / 16 || first > ~std::uint64_t{0} - count) return false;
  r.entries.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (in.size() < 16) return false;
    raft::entry e;
    e.at = first + i;
    e.term = get<std::uint64_t>(in, 0);
    const auto bytes = get<std::uint32_t>(in, 8);
    const auto kind = get<std::uint8_t>(in, 12);
    in.remove_prefix(16);
    if (bytes > in.size() || pad8(bytes) > in.size() || kind < 1 || kind > 4) return false;
    e.kind = static_cast<raft::entry_kind>(kind);
    if (bytes != 0) e.bytes = std::make_shared<const std::string>(in.substr(0, bytes));
    in.remove_prefix(pad8(bytes));
    r.entries.push_back(std::move(e));
  }
  return in.empty();
}

}  // namespace

void encode_raft_entries(raft_group_id group, std::span<const raft::entry> entries, std::string& out) {
  put(out, group.value);
  put(out, entries.front().at);
  put(out, static_cast<std::uint32_t>(entries.size()));
  put(out, std::uint32_t{0});
  for (const raft::entry& e : entries) {
    put(out, e.term);
    put(out, static_cast<std::uint32_t>(e.size()));
    put(out, static_cast<std::uint32_t>(e.kind));
    out.append(e.view());
    out.append(pad8(e.size()) - e.size(), '\0');
  }
}

std::optional<raft_record> decode_raft_record(log_entry type, bytes_view payload) {
  raft_record r;
  r.type = type;
  if (payload.size() < 8) return std::nullopt;
  r.group.value = get<std::uint64_t>(payload, 0);
  const auto number = [&](std::size_t i) { return get<std::uint64_t>(payload, 8 * i); };
  switch (type) {
    case log_entry::raft_entries:
      if (!decode_entries(payload, r)) return std::nullopt;
      return r;
    case log_entry::raft_truncate:
      if (payload.size() != 16 || number(1) == 0) return std::nullopt;
      r.at = number(1);
      return r;
    case log_entry::raft_vote:
      if (payload.size() != 24) return std::nullopt;
      r.vote = {number(1), number(2)};
      return r;
    case log_entry::raft_install:
      if (payload.size() != 24) return std::nullopt;
      r.at = number(1);
      r.term = number(2);
      return r;
    case log_entry::raft_gone:
      if (payload.size() != 8) return std::nullopt;
      return r;
    default: return std::nullopt;
  }
}

}  // namespace warren::storage
