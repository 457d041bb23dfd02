#include <algorithm>

#include "node/ctl/format/cell.hpp"
#include "node/ctl/format/rows.hpp"

namespace warren::ctl {
namespace {

/// The pieces of a box. VT100 draws letters as lines between ESC ( 0 and ESC ( B.
struct pen {
  std::string_view on, off, vertical, horizontal;
  std::string_view top[3], middle[3], bottom[3];  ///< left corner, crossing, right corner
};

constexpr pen vt100{"\x1b(0", "\x1b(B", "x", "q", {"l", "w", "k"}, {"t", "n", "u"}, {"m", "v", "j"}};
constexpr pen unicode{"", "", "│", "─", {"┌", "┬", "┐"}, {"├", "┼", "┤"}, {"└", "┴", "┘"}};

/// How many columns a terminal needs: characters, not bytes.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string rule(const pen& p, const std::string_view (&corners)[3], const std::vector<std::size_t>& widths) {
  std::string out(p.on);
  out.append(corners[0]);
  for (std::size_t c = 0; c < widths.size(); ++c) {
    for (std::size_t i = 0; i < widths[c] + 2; ++i) out.append(p.horizontal);
    out.append(corners[c + 1 == widths.size() ? 2 : 1]);
  }
  return out.append(p.off) + '\n';
}

std::string line(const pen& p, const std::vector<std::string>& texts, const std::vector<std::size_t>& widths, bool bold) {
  std::string bar(p.on);
  bar.append(p.vertical).append(p.off);
  std::string out = bar;
  for (std::size_t c = 0; c < widths.size(); ++c) {
    out += ' ' + (bold ? "\x1b[1m" + texts[c] + "\x1b[0m" : texts[c]);
    out += std::string(widths[c] - width(texts[c]) + 1, ' ') + bar;
  }
  return out + '\n';
}

}  // namespace

std::string pretty_table(const rows& r, bool utf8, bool bold) {
  if (r.values.empty()) return {};
  const pen& p = utf8 ? unicode : vt100;
  std::vector<std::string> header;
  std::vector<std::size_t> widths;
  for (const column_spec& c : r.columns) header.emplace_back(c.name), widths.push_back(width(c.name));
  std::vector<std::vector<std::string>> lines;
  for (const auto& row : r.values) {
    lines.emplace_back();
    for (std::size_t c = 0; c < r.columns.size(); ++c) {
      lines.back().push_back(row[c] == nullptr ? std::string() : boxed_cell(*row[c], r.columns[c].kind));
      widths[c] = std::max(widths[c], width(lines.back().back()));
    }
  }
  std::string out = rule(p, p.top, widths) + line(p, header, widths, bold);
  for (const auto& texts : lines) out += rule(p, p.middle, widths) + line(p, texts, widths, false);
  return out + rule(p, p.bottom, widths);
}

}  // namespace warren::ctl
