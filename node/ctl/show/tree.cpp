#include "node/ctl/show/tree.hpp"

#include "node/ctl/show/sections.hpp"

namespace warren::ctl {

namespace json = boost::json;

namespace {

/// `queues  one_for_one 5/10 <123> running mailbox=0 restarts=2 last_exit="…"`
std::string node_line(const json::value& n) {
  std::string out = text_of(n, "name");
  if (const auto kind = text_of(n, "kind"); !kind.empty()) out += "  " + kind;
  if (const auto id = text_of(n, "actor_id"); !id.empty()) out += " <" + id + ">";
  out += " " + text_of(n, "state");
  if (const auto waiting = text_of(n, "mailbox"); !waiting.empty() && waiting != "0") out += " mailbox=" + waiting;
  if (const auto restarts = text_of(n, "restarts"); !restarts.empty() && restarts != "0") out += " restarts=" + restarts;
  if (const auto why = text_of(n, "last_exit"); !why.empty()) out += " last_exit=\"" + why + "\"";
  return out;
}

void draw(const json::value& n, const std::string& before_line, const std::string& before_children, std::string& to) {
  to += before_line + node_line(n) + '\n';
  const json::value* children = member(n, "children");
  if (children == nullptr || !children->is_array()) return;
  const json::array& list = children->get_array();
  for (std::size_t i = 0; i < list.size(); ++i) {
    const bool last = i + 1 == list.size();
    draw(list[i], before_children + (last ? "└ " : "├ "), before_children + (last ? "  " : "│ "), to);
  }
}

}  // namespace

std::string show_tree(const invocation&, const json::value& r) {
  std::string out;
  draw(r, "", "", out);
  return out;
}

}  // namespace warren::ctl
