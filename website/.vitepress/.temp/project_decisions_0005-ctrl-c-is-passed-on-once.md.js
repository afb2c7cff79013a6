import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"5. Ctrl-C reaches the example once","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0005-ctrl-c-is-passed-on-once.md","filePath":"docs/project/decisions/0005-ctrl-c-is-passed-on-once.md"}');
const _sfc_main = { name: "project/decisions/0005-ctrl-c-is-passed-on-once.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_5-ctrl-c-reaches-the-example-once" tabindex="-1">5. Ctrl-C reaches the example once <a class="header-anchor" href="#_5-ctrl-c-reaches-the-example-once" aria-label="Permalink to &quot;5. Ctrl-C reaches the example once&quot;">​</a></h1><ul><li><strong>Area:</strong> Workspace and checks</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>A terminal sends Ctrl-C to npm, the shell, our script and the example at once. npm then sends it again.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>On a terminal, our script passes nothing on. Elsewhere, the example runs in its own process group, and our script passes on only the first of the two signals.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>The example can end its run once, and in order.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0005-ctrl-c-is-passed-on-once.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0005CtrlCIsPassedOnOnce = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0005CtrlCIsPassedOnOnce as default
};
