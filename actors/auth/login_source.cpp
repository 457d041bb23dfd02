#include "actors/auth/login_source.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

namespace warren::actors {

bool is_loopback_address(std::string_view text) {
  boost::system::error_code wrong;
  const auto address = boost::asio::ip::make_address(std::string(text), wrong);
  if (wrong) return false;
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).is_loopback();
  return address.is_loopback();
}

bool may_log_in_from(const std::vector<std::string>& loopback_users, std::string_view user, std::string_view address) {
  return std::find(loopback_users.begin(), loopback_users.end(), user) == loopback_users.end() ||
         is_loopback_address(address);
}

}  // namespace warren::actors
