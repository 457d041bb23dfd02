// Erlang's ~p: OTP's lib/stdlib/src/io_lib_pretty.erl, whose names are kept (col: the column, ll: the line's length, m:
// how many characters beside the indentation a line may have, ind: an indentation, ld: closing brackets still to come,
// w: characters on this line).
//
// A term that fits is written on one line. A list that does not puts one element per line, except that atoms, numbers
// and texts fill lines. A tuple whose first element is an atom indents the others to that atom's end, or, where this
// would leave too little room, by 4.
#include <optional>

#include "node/ctl/text/erlang_term.hpp"

namespace warren::ctl {
namespace {

constexpr int ll = 80;
constexpr int m = 80;

/// A term with its length on one line.
struct measured {
  const term* what = nullptr;
  std::string flat;
  std::vector<measured> elements;  ///< of a map: `key => value`, whole
  bool pair = false;               ///< an entry of a map

  [[nodiscard]] int length() const { return static_cast<int>(flat.size()); }
  [[nodiscard]] bool atomic() const { return elements.empty(); }
};

measured measure(const term& t) {
  measured out{&t, t.flat(), {}, false};
  if (!t.composite()) return out;
  const auto& e = t.elements();
  if (t.is() == term::kind::map) {
    for (std::size_t i = 0; i + 1 < e.size(); i += 2) {
      measured entry{&e[i + 1], e[i].flat() + " => " + e[i + 1].flat(), {}, true};
      out.elements.push_back(std::move(entry));
    }
  } else {
    for (const term& inner : e) out.elements.push_back(measure(inner));
  }
  return out;
}

bool tagged(const measured& t) {
  return t.what->is() == term::kind::tuple && t.elements.front().what->is() == term::kind::atom && t.elements.size() > 1;
}

bool fits(const measured& t, int col, int ld, int w) { return t.length() < ll - col - ld && t.length() + w + ld <= m; }

/// Whether an atomic element may follow on the same line.
bool follows(const measured& e, int col, int last_depth, int w) {
  if (!e.atomic()) return false;
  const int length = 1 + e.length();
  return last_depth == 0 ? length + 1 < ll - col && w + length + 1 <= m : length < ll - col - last_depth && w + length + last_depth <= m;
}

/// Tries an indentation for tagged tuples: -1 aligns with the tag's end; false where that leaves too little room
/// (`no_good`).
class trial {
 public:
  explicit trial(int ind) : ind_(ind) {}
  [[nodiscard]] bool works(const measured& t, int col, int ld, int w) const {
    if (fits(t, col, ld, w) || t.atomic()) return true;
    if (tagged(t)) return tagged_tuple(t.elements, col, ld, w + 1);
    const int open = t.what->is() == term::kind::map ? 2 : 1;
    return list(t.elements, 0, col + open, ld, w + open);
  }

 private:
  bool tagged_tuple(const std::vector<measured>& l, int col, int ld, int w) const {
    const int tag = l[0].length() + 2, tcol = col + tag;
    if (ind_ > 0 && tag > ind_) {
      const int col1 = col + ind_;
      if (m + col1 > ll && col1 > ll / 2) return false;
      return tail(l, 1, col1, tcol, ld, w + l[0].length());
    }
    if (m + tcol >= ll && tcol >= ll / 2) return false;
    return list(l, 1, tcol, ld, w + l[0].length() + 1);
  }
  bool list(const std::vector<measured>& l, std::size_t i, int col, int ld, int w) const {
    const int width = element(l[i], col, i + 1 < l.size() ? 0 : ld + 1, w);
    return width >= 0 && tail(l, i + 1, col, col + width, ld, w + width);
  }
  bool tail(const std::vector<measured>& l, std::size_t i, int col0, int col, int ld, int w) const {
    for (; i < l.size(); ++i) {
      const int depth = i + 1 < l.size() ? 0 : ld + 1;
      if (follows(l[i], col, depth, w)) {
        col += 1 + l[i].length(), w += 1 + l[i].length();
      } else {
        const int width = element(l[i], col0, depth, 0);
        if (width < 0) return false;
        col = col0 + width, w = width;
      }
    }
    return true;
  }
  /// How much of the line it takes; a composite takes all of it, so that the next starts a line. -1: no good.
  int element(const measured& e, int col, int ld, int w) const {
    if (e.atomic()) return e.length();
    return works(e, col, ld, w) ? ll : -1;
  }
  int ind_;
};

class printer {
 public:
  explicit printer(int tind) : tind_(tind) {}
  std::string print(const measured& t, int col, int ind, int ld, int w) const {
    if (fits(t, col, ld, w) || t.atomic()) return t.flat;
    switch (t.what->is()) {
      case term::kind::list: return "[" + list(t.elements, 0, col + 1, ind + 1, ld, ',', w + 1) + "]";
      case term::kind::map: return "#{" + list(t.elements, 0, col + 2, ind + 2, ld, ',', w + 2) + "}";
      default: break;
    }
    if (!tagged(t)) return "{" + list(t.elements, 0, col + 1, ind + 1, ld, ',', w + 1) + "}";
    const std::vector<measured>& l = t.elements;
    const int tag = l[0].length() + 2, tcol = col + tag;
    if (tind_ > 0 && tag > tind_) return "{" + l[0].flat + tail(l, 1, col + tind_, tcol, ind + tind_, ld, ',', w + 1 + l[0].length()) + "}";
    return "{" + l[0].flat + "," + list(l, 1, tcol, ind + tag, ld, ',', w + 1 + l[0].length() + 1) + "}";
  }

 private:
  std::string list(const std::vector<measured>& l, std::size_t i, int col, int ind, int ld, char s, int w) const {
    const int depth = i + 1 < l.size() ? 0 : ld + 1;
    const int width = l[i].atomic() ? l[i].length() : ll;
    return print(l[i], col, ind, depth, w) + tail(l, i + 1, col, col + width, ind, ld, s, w + width);
  }
  std::string tail(const std::vector<measured>& l, std::size_t i, int col0, int col, int ind, int ld, char s, int w) const {
    std::string out;
    for (; i < l.size(); ++i) {
      const int depth = i + 1 < l.size() ? 0 : ld + 1;
      out += s;
      if (follows(l[i], col, depth, w)) {
        out += l[i].flat;
        col += 1 + l[i].length(), w += 1 + l[i].length();
      } else {
        out += '\n' + std::string(static_cast<std::size_t>(ind), ' ') + print(l[i], col0, ind, depth, 0);
        const int width = l[i].atomic() ? l[i].length() : ll;
        col = col0 + width, w = width;
      }
    }
    return out;
  }
  int tind_;
};

}  // namespace

std::string pretty(const term& t) {
  const measured whole = measure(t);
  int tind = 1;
  for (const int candidate : {-1, 4})
    if (trial(candidate).works(whole, 1, 0, 0)) {
      tind = candidate;
      break;
    }
  return printer(tind).print(whole, 1, 0, 0, 0);
}

}  // namespace warren::ctl
