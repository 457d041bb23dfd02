#include "node/ctl/show/sections.hpp"

#include "node/ctl/format/cell.hpp"
#include "node/ctl/format/result_text.hpp"

namespace warren::ctl {

namespace json = boost::json;

section_writer& section_writer::title(std::string_view text) {
  if (!text_.empty()) text_ += '\n';
  text_ += bold_on;
  text_.append(text) += bold_off;
  text_ += "\n\n";
  return *this;
}

section_writer& section_writer::line(std::string_view text) {
  text_.append(text) += '\n';
  return *this;
}

section_writer& section_writer::blank() { return line(""); }

section_writer& section_writer::items(const json::value* list) {
  for (const std::string& word : words_of(list)) line(" * " + word);
  return *this;
}

section_writer& section_writer::lines_or_none(const std::vector<std::string>& lines) {
  if (lines.empty()) line("(none)");
  for (const std::string& l : lines) line(l);
  return *this;
}

const json::value* member(const json::value& v, std::string_view name) {
  return v.is_object() ? v.get_object().if_contains(name) : nullptr;
}

std::string text_of(const json::value& v, std::string_view name) {
  const json::value* m = member(v, name);
  return m == nullptr ? std::string() : cell(*m);
}

std::vector<std::string> words_of(const json::value* list) {
  std::vector<std::string> out;
  if (list == nullptr || !list->is_array()) return out;
  for (const json::value& e : list->get_array()) out.push_back(cell(e));
  return out;
}

std::string alarm_line(const json::value& alarm) {
  if (alarm.is_string()) return cell(alarm);
  const std::string resource = text_of(alarm, "resource"), node = text_of(alarm, "node");
  if (resource == "memory") return "Memory alarm on node " + node;
  if (resource == "disk") return "Free disk space alarm on node " + node;
  if (resource.starts_with("file_descriptor")) return "File descriptor alarm on node " + node;
  return resource + " alarm on node " + node;
}

std::string listener_line(const json::value& l) {
  return "interface: " + text_of(l, "interface") + ", port: " + text_of(l, "port") + ", protocol: " + text_of(l, "protocol") +
         ", purpose: " + text_of(l, "purpose");
}

}  // namespace warren::ctl
