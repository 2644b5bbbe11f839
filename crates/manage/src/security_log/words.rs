//! What the kinds of entries are called, and how much each matters.

use pages::components::Tone;
use school::security_log::Kind;

/// What happened, in a few words.
pub(super) fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::SignIn => "Signed in",
        Kind::SignInByLink => "Signed in by a mailed link",
        Kind::SignInBySso => "Signed in by single sign-on",
        Kind::SignInRefused => "Sign-in refused",
        Kind::SignInLocked => "Sign-in locked after too many tries",
        Kind::SignOut => "Signed out",
        Kind::PasswordChanged => "Password changed",
        Kind::PasswordReset => "Password chosen by a mailed link",
        Kind::PasswordChangeRefused => "Password change refused",
        Kind::EmailChangeAsked => "Another address asked for",
        Kind::EmailChanged => "Address changed",
        Kind::EmailChangeStopped => "Change of address stopped",
        Kind::SecondFactorOn => "Second factor turned on",
        Kind::SecondFactorOff => "Second factor turned off",
        Kind::RecoveryCodeUsed => "Recovery code used",
        Kind::RecoveryCodesReplaced => "Recovery codes replaced",
        Kind::SecondFactorRefused => "Code refused",
        Kind::SecondFactorLocked => "Codes locked after too many tries",
        Kind::SecondFactorRequirementChanged => "Rule about second factors changed",
        Kind::SignUpRuleChanged => "Rule about signing up changed",
        Kind::PageCodeChanged => "Code of pages changed",
        Kind::SchoolSuspended => "School suspended",
        Kind::SchoolResumed => "School resumed",
        Kind::SchoolClosed => "School closed",
        Kind::SchoolReopened => "School opened again",
        Kind::ApiKeyShown => "API key shown",
        Kind::ApiKeyRotated => "API key replaced",
        Kind::ApiKeyRevoked => "API key revoked",
        Kind::ApiAccessTokenCreated => "API access token made",
        Kind::ApiAccessTokenRevoked => "API access token revoked",
        Kind::AppInstalled => "App installed",
        Kind::AppScopesChanged => "App may do something else",
        Kind::AppUninstalled => "App uninstalled",
        Kind::AppSecretRotated => "App’s secret replaced",
        Kind::ImpersonationBegun => "Began to see the school as",
        Kind::ImpersonationEnded => "Stopped seeing the school as",
        Kind::RolesChanged => "Roles changed",
        Kind::OwnerChanged => "Owner changed",
        Kind::AuthorizationCodeReplayed => "Authorization code used twice",
        Kind::RedirectUriMismatch => "Authorization code with another address",
        Kind::RefreshTokenReused => "Refresh token used again",
    }
}

/// How much it matters: what somebody could not do, or should not have done, stands out.
pub(super) fn tone(kind: Kind) -> Tone {
    match kind {
        Kind::SignInRefused | Kind::PasswordChangeRefused | Kind::SecondFactorRefused | Kind::RecoveryCodeUsed => {
            Tone::Warning
        }
        Kind::SignInLocked
        | Kind::SecondFactorLocked
        | Kind::AuthorizationCodeReplayed
        | Kind::RedirectUriMismatch
        | Kind::RefreshTokenReused => Tone::Danger,
        Kind::ApiKeyShown
        | Kind::ApiKeyRotated
        | Kind::ApiKeyRevoked
        | Kind::ApiAccessTokenCreated
        | Kind::ApiAccessTokenRevoked
        | Kind::AppSecretRotated
        | Kind::EmailChanged
        | Kind::EmailChangeStopped
        | Kind::SecondFactorOff
        | Kind::SecondFactorRequirementChanged
        | Kind::ImpersonationBegun
        | Kind::SignUpRuleChanged
        | Kind::PageCodeChanged
        | Kind::SchoolSuspended
        | Kind::SchoolClosed
        | Kind::SchoolReopened
        | Kind::SchoolResumed
        | Kind::RolesChanged
        | Kind::OwnerChanged => Tone::Accent,
        _ => Tone::Neutral,
    }
}
