// Keys for tests, made once with OpenSSL and used nowhere else.
#pragma once

namespace chat::gateway::test_keys {

inline constexpr const char* kRsaPrivate =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQDubWnD8aE3yJPk\n"
    "qSP5U7rlajHloIJmUMQZaQj01gL5gFePyDAyWzML7SKYtAvxqER/i57uFJ+WMBIG\n"
    "ZYhBiI4ZsMwI+6XVV3MlCaVJ6GYTDbSPMQgFM8K3rorVPqxRM58hiqnkcEEMC/Mr\n"
    "uOUel/GCePKY5ImzNdOeOiv8uy1kBXGHSxiKCkwKXYzq9Ng3jkFZBtfBXI+TcHoe\n"
    "Jb9y29/r+Xz+/lfwVqOB2JWEx+t1T8EAiu8HQUgk5tTSKQ6ku/KTVpYdGra8cJUO\n"
    "0MlP7XA1jK2zJ58WUAKqP8PT8p8RhKnu5zjn3xA3zW78TeSl+RD/DD97hiC765I6\n"
    "z1ZRvq6BAgMBAAECggEAc7KQUk8chm9EpP8Wv9RLqyu/Dsi2vmOO5S289OItC1mm\n"
    "I9Vm3ei3eqAV27fy289lfecItks3ra+h74yxc+uJ2RmbyPgkXsRS0bQ+iwDFF5Xc\n"
    "+mc2lx+o6209XYFOKRE9tQ8OphV62xepZpwQQqpEvaVnQ54S2+3QxMVBtyA1RIUX\n"
    "6rRFzBoiQGKg1UPGnWzVk7iGrr8qjqk6ZaDols0G8VVBN0WR/btFYne+GTWk2KXA\n"
    "wkXre6p76jF/dgIBgoX8mHonkQ4HW3zrF+QV4MWYs+SlejuJOEveSLcG+93c6Opq\n"
    "/2jdLT7haPaAE37s4aAvMXiSL03ojQ9BxUvBYItK6QKBgQD5nIRpW7rnPCk8FVH3\n"
    "GUEM1GhIlKHV/we6/UZYXaK9O2/39SKSOghucTAFVouCR1Gq2HG9NqUQ2RtmeizE\n"
    "JSzK07jAEJH1Zuwdshm9cnItbjQjLRn64dezVSnnqJ1weJB1dGvmAqhkRI4oMdzH\n"
    "ML2FNnV7rfwagzTswhCsxGSknwKBgQD0h5323pXb4+Iqa/QWOKk9FB1KzjWzC29z\n"
    "nUOOf0IjIzJy01reXcN3yLM/sOLtwfWTGwUi7RMZVEisN+96xtoz4kXiMcafaoJW\n"
    "IER/2yKawEiLDEBkTpMkrgZ0g0MUbeixyHxI+iSBi4i/LwpQ5EuXO6/d7v5QIIiL\n"
    "5qkht5+43wKBgEOyLT8dv6zi5hQDfD1VvgyqtrWoidOt3Pzbn+5rRq2npxBKjVu3\n"
    "HX5GeE2aUS++A+of1YkJfu740rOSQv3XTzSbAyoj1FIH3dWX7d8xYMHtd3pqyvb9\n"
    "tTBP0pOfaUONjzArqO+ynNTEuwEvtL7Y+y1bvbUTVKIkH4BuiXMxuFHlAoGAdOEB\n"
    "qwcXQCQ7bSVuZNSuZ+heW+wWlL7phaxspwbCuQLQ0Tue2lyc2ntO2imVPimQVMD8\n"
    "goYos9mqZs7Ro7C6iUQlPQmns3j4VWxU8XvvnWI9CmFPweIgyM55fWVkQbaLG7cF\n"
    "WOhfXKAyO5ejaajFTMMVu5HJcskqGxykSN549KcCgYAa9gjSTj+J8WnGDb2lRvuT\n"
    "irGE9hwV4bMO2IJ9mGsqxhaSXN9EQU0AYbz3PLGKT3wfzbxQEG+1C3KSvOziu7Qh\n"
    "h+8JbzZdg0kIS95cJQ+FnGO787azdU3E0E9y7lXRHsNVLH1tzgC/yQEFC2BRdgfF\n"
    "sCxVtBFir5sAP98vlnNvaA==\n"
    "-----END PRIVATE KEY-----\n";
inline constexpr const char* kRsaPublic =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA7m1pw/GhN8iT5Kkj+VO6\n"
    "5Wox5aCCZlDEGWkI9NYC+YBXj8gwMlszC+0imLQL8ahEf4ue7hSfljASBmWIQYiO\n"
    "GbDMCPul1VdzJQmlSehmEw20jzEIBTPCt66K1T6sUTOfIYqp5HBBDAvzK7jlHpfx\n"
    "gnjymOSJszXTnjor/LstZAVxh0sYigpMCl2M6vTYN45BWQbXwVyPk3B6HiW/ctvf\n"
    "6/l8/v5X8FajgdiVhMfrdU/BAIrvB0FIJObU0ikOpLvyk1aWHRq2vHCVDtDJT+1w\n"
    "NYytsyefFlACqj/D0/KfEYSp7uc4598QN81u/E3kpfkQ/ww/e4Ygu+uSOs9WUb6u\n"
    "gQIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr const char* kOtherRsaPrivate =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCcEU9cTWq8xgID\n"
    "xQ8S6nQ/wK1un2mb/KLmVfRCCBQfLNjizybfVeorha1+hqk1b0jUoC0gdI3mkpHp\n"
    "XjL0Fr/QrAsInnR0dcLS6Zow+zifBCdJXkgAh+JWsmWGwp/drgpDO7OLCxh7Opha\n"
    "nR3vDKcrwHYMsOFVbJhfrpf51Zjbnqm3uDmRajFwKfq4zGUC/j8blzoeJ0xQU73f\n"
    "pBzOvAftn2TV/AAM9P8T8XfFuoKGMqF7ReAzl7XHV/im771NTG1JTg4rICDP5ck6\n"
    "/h4fPVOkJcqEJdp8JrHHHaIO+XJjS/KP3kKlN0okE0lWqBUVmTp3/xTGCGTSIDL+\n"
    "0UroAIS1AgMBAAECggEASJiQttnYHalphIFkqqLeok0pH30Nrh6NU+GFtjV1zq6Y\n"
    "0KAVb+vR+p66/lD7Yry6PxWnCCLPYwKo1soXn4z5esKce0zh1M52ao95RvGE/Ar9\n"
    "j1ZI3d5XfYaMTWw42vA7G90ofjQSFjhCaFwPcYQMOwDSqMKafpb+Jfvb+73M1dM1\n"
    "DfYDLY9TCHW6LfzgU8tduxvwmjunbmfOQGuo/4CEPErc00KmhCf/BCozz7pxVn5L\n"
    "/YTVMuHFN+t6inTTIzcm3f1jQvKMpiTrLiUogBe3vzy9zKmOVJAvvrpPLFlttKCy\n"
    "BwKRTIbQWwETLdv8QYLaq8VrCZYmhF5NRudxzGcJHQKBgQDNesOIHxJsukBv6cnG\n"
    "l6939NoIGaSiR/+EUUG7zvmEBk+4JM6IPNmCVvWZqWSX6+BcxW3YVO931Lni/ftY\n"
    "C/BRIjv3Ahb7UFH6t8TXK9J/+bITGgeZmfzKxFwge576/yQJsFUJCGr3KuVAcU5J\n"
    "VyW7GTbOyqbu1G3BiCurIN2GewKBgQDCcHlw2QQH/mbyOiVfrN7CICZTtzNATFbF\n"
    "rRp1ZTku/SkwAQA9lfVRn6yrmZEEmixbke/1Mim03kxFhtUPJ5f3mMexu0oYwN9D\n"
    "ubIpxowXSJDY6t3k/we65ic+WxwbBHh4cMiqhoS4EJr94PuOrlf8Tdf6erYmSQh/\n"
    "AcwNzd1SjwKBgQCiKKf23M6lj7camt3qI/sOJ+WJTvNmPnuf6KB/nq+7SV/Qavuy\n"
    "+JKPEiFwywXf/v5pOEWf3Ce/4dlxEg8xRPq6jNHV9Yg9fP21ZyGozaSp6lxmRryI\n"
    "s8WUH7K0z9p/Kqs+GjKBlmsT9H5HhSPLLUNRjGx8deGXyX10pgoQWzd30QKBgQCi\n"
    "uf7osrbs+byufHtK1yKW1NE+vtPlu/3i8jxyg4SYDseppSzOXfIxnbCk7KCxeVYm\n"
    "TLzGOHUvKdwrU+x8AmbskLCPzm70yHYR+BdjXwdfdRvEbsvGGqodgQDW7ulWsycf\n"
    "pURLcskgQsV0NBZUExUP0xYuSwSmhfjWUmq0ItZXgQKBgBQ+RBMtmkv7nFb3witF\n"
    "mE8seBEnCoYBqdLlKJKOGTooM8EhXoa9/y/hRXvGGkJFANxCfVcKindy8zawy7RD\n"
    "fFBTr7h25m+uyqRH49Cdr0b3qqmjx51Sj2xkiQq35oEocBMB7A7ZLlQiJ9XDrIxM\n"
    "jB8+VbMBgWjnF69Vlvyx02sT\n"
    "-----END PRIVATE KEY-----\n";
inline constexpr const char* kEcPublic =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAErB4tABfCM9m9IwFXtyvvIUZYhNjr\n"
    "QEWbNy5pg2q3dPvKkdvDzRt6909CTV9I7eWl5LceamCWr4c8bMeFThDFeA==\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr const char* kEdPublic =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAui04AjsDj9txXw/6fkM9gGM38ySBZ75RJkigaA3z5MM=\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr const char* kRsaJwk =
    R"({"kty":"RSA","kid":"rsa-1","use":"sig","alg":"RS256","n":"7m1pw_GhN8iT5Kkj-VO65Wox5aC)"
    R"(CZlDEGWkI9NYC-YBXj8gwMlszC-0imLQL8ahEf4ue7hSfljASBmWIQYiOGbDMCPul1VdzJQmlSehmEw20jzEI)"
    R"(BTPCt66K1T6sUTOfIYqp5HBBDAvzK7jlHpfxgnjymOSJszXTnjor_LstZAVxh0sYigpMCl2M6vTYN45BWQbXw)"
    R"(VyPk3B6HiW_ctvf6_l8_v5X8FajgdiVhMfrdU_BAIrvB0FIJObU0ikOpLvyk1aWHRq2vHCVDtDJT-1wNYytsy)"
    R"(efFlACqj_D0_KfEYSp7uc4598QN81u_E3kpfkQ_ww_e4Ygu-uSOs9WUb6ugQ","e":"AQAB"})";
inline constexpr const char* kEcJwk =
    R"({"kty":"EC","kid":"ec-1","crv":"P-256","key_ops":["verify"],"x":"rB4tABfCM9m9IwFXtyvv)"
    R"(IUZYhNjrQEWbNy5pg2q3dPs","y":"ypHbw80bevdPQk1fSO3lpeS3Hmpglq-HPGzHhU4QxXg"})";
inline constexpr const char* kEdJwk =
    R"({"kty":"OKP","kid":"ed-1","crv":"Ed25519","alg":"EdDSA","x":"ui04AjsDj9txXw_6fkM9gGM3)"
    R"(8ySBZ75RJkigaA3z5MM"})";

}  // namespace chat::gateway::test_keys
