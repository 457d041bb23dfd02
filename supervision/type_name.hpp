#pragma once

#include <string>
#include <typeinfo>

namespace warren::supervision {

/// `warren::invariant_violation`, as it is written in the source.
[[nodiscard]] std::string type_name(const std::type_info& type);

}  // namespace warren::supervision
