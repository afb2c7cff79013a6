import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse(`{"title":"81. An object without members of a part isn't a part","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0081-what-is-a-part.md","filePath":"docs/project/decisions/0081-what-is-a-part.md"}`);
const _sfc_main = { name: "project/decisions/0081-what-is-a-part.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_81-an-object-without-members-of-a-part-isn-t-a-part" tabindex="-1">81. An object without members of a part isn&#39;t a part <a class="header-anchor" href="#_81-an-object-without-members-of-a-part-isn-t-a-part" aria-label="Permalink to &quot;81. An object without members of a part isn&#39;t a part&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-26</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>An <code>onCall</code> that returned an error, or data from a cache, let the stage run as if all were well.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>Such an object fails the stage with <code>core/interceptor-answer</code>.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>TypeScript refuses both, except for values of type <code>any</code>.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0081-what-is-a-part.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0081WhatIsAPart = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0081WhatIsAPart as default
};
