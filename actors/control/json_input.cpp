#include "actors/control/json_input.hpp"

#include <boost/json/parse.hpp>

#include "actors/definitions/json_fields.hpp"
#include "core/metadata/term_text.hpp"

namespace warren::actors {

namespace json = boost::json;

result<json::value> read_json(std::string_view text) {
  boost::system::error_code wrong;
  json::value parsed = json::parse(text, wrong);
  if (wrong) return fail(reply_code::precondition_failed, "JSON decoding error. Reason: badarg");
  return parsed;
}

result<field_table> read_json_table(std::string_view text, std::string_view what) {
  auto parsed = read_json(text);
  if (!parsed) return parsed.failure();
  if (!parsed->is_object()) {
    auto value = field_from_json(*parsed, std::string(what));
    return fail(reply_code::precondition_failed,
                "Validation failed\n\n" + std::string(what) +
                    " must be a dictionary: " + (value ? term_value(*value) : value.failure().text) + "\n");
  }
  return table_from_json(parsed->get_object(), std::string(what));
}

}  // namespace warren::actors
