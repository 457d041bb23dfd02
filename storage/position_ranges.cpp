#include "storage/position_ranges.hpp"

#include <algorithm>

namespace warren::storage {
namespace {

void put_varint(std::uint64_t v, std::string& out) {
  for (; v >= 0x80; v >>= 7) out.push_back(static_cast<char>(v | 0x80));
  out.push_back(static_cast<char>(v));
}

std::optional<std::uint64_t> take_varint(bytes_view& in) {
  std::uint64_t v = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (in.empty()) return std::nullopt;
    const auto byte = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    if (shift == 63 && byte > 1) return std::nullopt;
    v |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return v;
  }
  return std::nullopt;
}

}  // namespace

position_ranges ranges_of(std::span<const position> positions) {
  position_ranges out;
  bool ascending = true;
  for (const position p : positions) {
    if (!out.empty() && out.back().second + 1 == p) {
      out.back().second = p;
    } else {
      ascending = ascending && (out.empty() || out.back().second < p);
      out.emplace_back(p, p);
    }
  }
  if (!ascending) normalize(out);
  return out;
}

void normalize(position_ranges& ranges) {
  std::sort(ranges.begin(), ranges.end());
  std::size_t kept = 0;
  for (const auto& r : ranges) {
    if (kept != 0 && r.first <= ranges[kept - 1].second + 1) {
      ranges[kept - 1].second = std::max(ranges[kept - 1].second, r.second);
    } else {
      ranges[kept++] = r;
    }
  }
  ranges.resize(kept);
}

position_ranges without(const position_ranges& ranges, std::span<const position> positions) {
  position_ranges out;
  auto hole = positions.begin();
  for (auto [first, last] : ranges) {
    while (hole != positions.end() && *hole < first) ++hole;
    for (; hole != positions.end() && *hole <= last; ++hole) {
      if (*hole > first) out.emplace_back(first, *hole - 1);
      first = *hole + 1;
    }
    if (first <= last) out.emplace_back(first, last);
  }
  return out;
}

void encode_ranges(const position_ranges& ranges, std::string& out) {
  put_varint(ranges.size(), out);
  position before = 0;
  for (const auto& [first, last] : ranges) {
    put_varint(first - before, out);
    put_varint(last - first, out);
    before = last;
  }
}

std::optional<position_ranges> decode_ranges(bytes_view bytes) {
  const auto count = take_varint(bytes);
  if (!count || *count > bytes.size() / 2) return std::nullopt;
  position_ranges out;
  out.reserve(*count);
  position before = 0;
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto gap = take_varint(bytes);
    const auto length = take_varint(bytes);
    if (!gap || !length) return std::nullopt;
    const position first = before + *gap;
    const position last = first + *length;
    if (first < before || last < first || (i != 0 && *gap < 2)) return std::nullopt;
    out.emplace_back(first, last);
    before = last;
  }
  if (bytes.size() > 7 || bytes.find_first_not_of('\0') != bytes_view::npos) return std::nullopt;
  return out;
}

position_ranges::const_iterator first_range_from(const position_ranges& ranges, position p) {
  return std::partition_point(ranges.begin(), ranges.end(), [p](const auto& r) { return r.second < p; });
}

}  // namespace warren::storage
