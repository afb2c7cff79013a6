import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"113. Made packages use the test runner of Node","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0113-made-packages-use-the-test-runner-of-node.md","filePath":"docs/project/decisions/0113-made-packages-use-the-test-runner-of-node.md"}');
const _sfc_main = { name: "project/decisions/0113-made-packages-use-the-test-runner-of-node.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_113-made-packages-use-the-test-runner-of-node" tabindex="-1">113. Made packages use the test runner of Node <a class="header-anchor" href="#_113-made-packages-use-the-test-runner-of-node" aria-label="Permalink to &quot;113. Made packages use the test runner of Node&quot;">​</a></h1><ul><li><strong>Area:</strong> Workspace and checks</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>A package of another author needs a test runner, and our contracts are plain lists of cases for any. We use vitest. Node 22.18 and newer run TypeScript tests by themselves.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><ul><li>Made packages test with <code>node --test</code> and <code>node:assert</code>: nothing to install or configure. Their types are checked by <code>npm run check</code>.</li><li><code>npm run new-package</code> changes the import <code>node:test</code> into <code>vitest</code>. The rest of a test runs with both.</li><li><code>.ci/run all</code> makes each kind from the packed packages on Node 22, 24 and 26, and runs the commands of its workflow. Then it plants a fault that only the contract or a test finds, and one that only the type check finds. Both must fail, so a template whose tests prove nothing is found.</li><li>At last it publishes the interceptor to a registry of the machine, and installs it into an app. All of it must take less than a minute of processor, since a busy machine takes longer.</li></ul><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>A failing test must close its servers, because <code>node --test</code> waits for what is open: the planted fault found a template that did not. Features of vitest, such as snapshots in the file, aren&#39;t available to the templates.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0113-made-packages-use-the-test-runner-of-node.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0113MadePackagesUseTheTestRunnerOfNode = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0113MadePackagesUseTheTestRunnerOfNode as default
};
