#include "actors/auth/certificate_identity.hpp"

#include <arpa/inet.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <string_view>
#include <vector>

namespace warren::actors {
namespace {

struct attribute {
  std::string name;
  std::string value;  ///< UTF-8
  int set = 0;        ///< parts of one set belong together (`+`)
};

std::string attribute_name(const ASN1_OBJECT* object) {
  switch (OBJ_obj2nid(object)) {
    case NID_surname: return "SN";
    case NID_givenName: return "GIVENNAME";
    case NID_initials: return "INITIALS";
    case NID_generationQualifier: return "GENERATIONQUALIFIER";
    case NID_commonName: return "CN";
    case NID_localityName: return "L";
    case NID_stateOrProvinceName: return "ST";
    case NID_organizationName: return "O";
    case NID_organizationalUnitName: return "OU";
    case NID_title: return "TITLE";
    case NID_countryName: return "C";
    case NID_serialNumber: return "SERIALNUMBER";
    case NID_pseudonym: return "PSEUDONYM";
    case NID_domainComponent: return "DC";
    case NID_pkcs9_emailAddress: return "EMAILADDRESS";
    case NID_streetAddress: return "STREET";
    case NID_userId: return "UID";
    default: break;
  }
  char dotted[128];
  OBJ_obj2txt(dotted, sizeof dotted, object, 1);
  return dotted;
}

std::vector<attribute> attributes(const X509_NAME* subject) {
  std::vector<attribute> out;
  for (int i = 0; i < X509_NAME_entry_count(subject); ++i) {
    X509_NAME_ENTRY* entry = X509_NAME_get_entry(subject, i);
    unsigned char* utf8 = nullptr;
    const int bytes = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
    if (bytes < 0) continue;  // not a text
    out.push_back({attribute_name(X509_NAME_ENTRY_get_object(entry)),
                   std::string(reinterpret_cast<char*>(utf8), static_cast<std::size_t>(bytes)),
                   X509_NAME_ENTRY_set(entry)});
    OPENSSL_free(utf8);
  }
  return out;
}

std::string escaped(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<unsigned char>(value[i]);
    const bool first = i == 0, last = i + 1 == value.size();
    if (c < 32 || c >= 126) {
      char hex[4];
      std::snprintf(hex, sizeof hex, "\\%02X", c);
      out += hex;
      continue;
    }
    if ((first && (c == ' ' || c == '#')) || (last && c == ' ') ||
        std::string_view("\"+,;<>\\").find(value[i]) != std::string_view::npos)
      out += '\\';
    out += value[i];
  }
  return out;
}

std::optional<std::string> alternative_name(X509* certificate, const certificate_login_options& options) {
  const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  if (!names) return std::nullopt;
  constexpr int types[] = {GEN_DNS, GEN_IPADD, GEN_EMAIL, GEN_URI};
  int left = options.san_index;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != types[static_cast<int>(options.san)] || left-- > 0) continue;
    const ASN1_STRING* data = name->type == GEN_IPADD ? name->d.iPAddress : name->d.ia5;
    const auto* bytes = ASN1_STRING_get0_data(data);
    const int size = ASN1_STRING_length(data);
    if (name->type != GEN_IPADD)
      return std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    char address[INET6_ADDRSTRLEN] = "";
    if (size != 4 && size != 16) return std::nullopt;
    inet_ntop(size == 4 ? AF_INET : AF_INET6, bytes, address, sizeof address);
    return std::string(address);
  }
  return std::nullopt;
}

}  // namespace

namespace {

std::string rfc4514(const X509_NAME* name) {
  const auto parts = attributes(name);
  std::string out;
  for (std::size_t end = parts.size(); end > 0;) {
    std::size_t begin = end - 1;
    while (begin > 0 && parts[begin - 1].set == parts[begin].set) --begin;
    if (!out.empty()) out += ',';
    for (std::size_t i = begin; i < end; ++i)
      out += (i > begin ? "+" : "") + parts[i].name + "=" + escaped(parts[i].value);
    end = begin;
  }
  return out;
}

}  // namespace

std::string distinguished_name(X509* certificate) { return rfc4514(X509_get_subject_name(certificate)); }
std::string issuer_name(X509* certificate) { return rfc4514(X509_get_issuer_name(certificate)); }

std::optional<std::string> certificate_user(X509* certificate, const certificate_login_options& options) {
  switch (options.from) {
    case certificate_login::distinguished_name: {
      auto name = distinguished_name(certificate);
      if (name.empty()) return std::nullopt;
      return name;
    }
    case certificate_login::common_name: {
      std::string names;
      for (const auto& part : attributes(X509_get_subject_name(certificate)))
        if (part.name == "CN") names += (names.empty() ? "" : ",") + part.value;
      if (names.empty()) return std::nullopt;
      return names;
    }
    case certificate_login::subject_alternative_name: return alternative_name(certificate, options);
  }
  return std::nullopt;
}

}  // namespace warren::actors
