#include "node/ctl/show/explanation.hpp"

#include "node/ctl/format/cell.hpp"
#include "node/ctl/show/sections.hpp"

namespace warren::ctl {

namespace json = boost::json;

namespace {

const json::array& list_of(const json::value& v, std::string_view name) {
  static const json::array none;
  const json::value* m = member(v, name);
  return m != nullptr && m->is_array() ? m->get_array() : none;
}

std::string arguments_of(const json::value& v) {
  const json::value* a = member(v, "arguments");
  const std::string text = a == nullptr ? std::string() : cell(*a, column_kind::arguments);
  return text.empty() || text == "[]" ? std::string() : text;
}

void exchange(section_writer& w, const json::value& x) {
  const std::string name = text_of(x, "name");
  w.title("Exchange " + (name.empty() ? "(default)" : "'" + name + "'") + " (" + text_of(x, "type") + ")");
  if (const auto how = text_of(x, "how"); !how.empty()) w.line(how);
  if (const auto note = text_of(x, "note"); !note.empty()) w.line(note);
  const json::array& bindings = list_of(x, "bindings");
  if (bindings.empty()) w.line("No binding matches");
  for (const json::value& b : bindings) {
    std::string line =
        " * to " + text_of(b, "destination_kind") + " '" + text_of(b, "destination") + "' with key '" + text_of(b, "routing_key") + "'";
    if (const auto arguments = arguments_of(b); !arguments.empty()) line += " and " + arguments;
    if (const auto why = text_of(b, "why"); !why.empty()) line += ": " + why;
    w.line(line);
  }
}

void queue(section_writer& w, const json::value& q) {
  std::string head = " * '" + text_of(q, "name") + "' (" + text_of(q, "type");
  head += text_of(q, "durable") == "true" ? ", durable" : ", transient";
  w.line(head + ") on " + text_of(q, "node") + ", " + text_of(q, "state"));
  for (const json::value& by : list_of(q, "by")) w.line("     by " + cell(by));
  if (const auto arguments = arguments_of(q); !arguments.empty()) w.line("     arguments: " + arguments);
  if (const auto policy = text_of(q, "policy"); !policy.empty()) w.line("     policy: " + policy);
  if (const auto policy = text_of(q, "operator_policy"); !policy.empty()) w.line("     operator policy: " + policy);
  for (const json::value& rule : list_of(q, "rules")) w.line("     " + cell(rule));
  if (const auto confirm = text_of(q, "confirm"); !confirm.empty()) w.line("     confirm: " + confirm);
}

}  // namespace

std::string show_explanation(const invocation&, const json::value& r) {
  section_writer w;
  for (const json::value& x : list_of(r, "exchanges")) exchange(w, x);
  w.title("Queues");
  if (list_of(r, "queues").empty()) w.line("(none)");
  for (const json::value& q : list_of(r, "queues")) queue(w, q);
  return w.title("Confirm").line(text_of(r, "confirm")).take();
}

}  // namespace warren::ctl
