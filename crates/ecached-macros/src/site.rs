//! The `Site` of a cached function: the static that the runtime knows it by, and the path it is called.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use crate::context::Placement;
use crate::expand::{Parts, buffer, silence};
use crate::function::Expansion;
use crate::mention::unraw;

impl Expansion<'_> {
    /// An expression for the function's `&'static Site`.
    pub(crate) fn site_expr(&self) -> TokenStream {
        let name = self.function.name();
        match self.place {
            Placement::Free => quote_spanned!(Span::mixed_site()=> #name::__ecached_site()),
            Placement::Associated => {
                let site = self.site_name();
                quote_spanned!(Span::mixed_site()=> Self::#site())
            }
            Placement::Nowhere { .. } => quote_spanned!(Span::mixed_site()=> &__ECACHED_SITE),
        }
    }

    fn site_name(&self) -> Ident {
        match self.place {
            Placement::Free => Ident::new("__ecached_site", Span::call_site()),
            _ => Ident::new(
                &format!("{}_ecached_site", unraw(self.function.name())),
                Span::call_site(),
            ),
        }
    }

    /// The hidden function that holds the site.
    pub(crate) fn site(&self, parts: &Parts<'_>) -> TokenStream {
        let (p, name, allow, cfgs) = (&parts.p, self.site_name(), silence(), self.cfgs());
        let path = match self.place {
            Placement::Free => {
                let function = self.function.name();
                quote_spanned!(Span::mixed_site()=> || ::core::any::type_name::<#function>())
            }
            _ => path_until("_ecached_site"),
        };
        let site = parts.site_static(&path, self.function.is_async());
        quote_spanned!(Span::mixed_site()=>
            #cfgs
            #[doc(hidden)]
            #allow
            fn #name() -> &'static #p::Site { #site &__ECACHED_SITE }
        )
    }

    /// The site as a static in the function's own body.
    pub(crate) fn local_site(&self, parts: &Parts<'_>) -> TokenStream {
        parts.site_static(&path_until("::__ECACHED_SITE"), self.function.is_async())
    }

    /// Statements that begin an automatic key.
    pub(crate) fn auto_path(&self) -> TokenStream {
        let (k, name) = (buffer(), self.function.name());
        match self.place {
            Placement::Free => {
                quote_spanned!(Span::mixed_site()=> #k.text(::core::any::type_name::<#name>());)
            }
            Placement::Nowhere { has_self: false } => {
                let path = path_until("::__EcachedHere");
                quote_spanned!(Span::mixed_site()=> #k.text((#path)());)
            }
            Placement::Associated | Placement::Nowhere { .. } => {
                let tail = format!("::{}", unraw(name));
                quote_spanned!(Span::mixed_site()=> #k.text(::core::any::type_name::<Self>()); #k.literal(#tail);)
            }
        }
    }
}

/// A `fn() -> &'static str` for the path of the place, up to `marker`: it looks at the name of a type that stands there.
fn path_until(marker: &str) -> TokenStream {
    quote_spanned!(Span::mixed_site()=> || {
        struct __EcachedHere;
        let __path = ::core::any::type_name::<__EcachedHere>();
        let __path = match __path.find(#marker) {
            ::core::option::Option::Some(__end) => __path.split_at(__end).0,
            ::core::option::Option::None => __path,
        };
        __path.trim_end_matches("::{{closure}}")
    })
}
