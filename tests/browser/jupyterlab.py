"""JupyterLab's page, as a test drives it: what it has run, and what it shows beside the lesson."""

import re

from playwright.sync_api import Page

# The page's idle dot is idle before the kernel is connected; a Run All then leaves cells waiting for ever.
KERNEL_READY = """() => {
  const session = window.jupyterapp?.shell.currentWidget?.sessionContext;
  const kernel = session?.session?.kernel;
  return session?.isReady && kernel?.connectionStatus === 'connected' && kernel.status === 'idle' }"""
# Cells off screen are not in the page, so the notebook's model is asked, not the page.
ALL_CELLS_RAN = """() => {
  const panel = window.jupyterapp.shell.currentWidget;
  const cells = [...panel.content.model.cells].filter(cell => cell.type === 'code');
  return cells.every(cell => cell.executionCount > 0) && panel.sessionContext.session.kernel.status === 'idle' }"""
ERRORS_IN_OUTPUTS = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
  .filter(cell => cell.type === 'code')
  .flatMap(cell => cell.sharedModel.getOutputs())
  .filter(output => output.output_type === 'error' || output.name === 'stderr')
  .map(output => output.evalue || [output.text].flat().join(''))"""
# A question about news, an update, anything that pops up over the lesson.
NOTIFICATIONS = ".jp-Notification-Toast, .Toastify__toast, .jp-Dialog"


def run_all_cells(page: Page) -> None:
    """A learner chooses Run > Run All Cells, and waits."""
    page.wait_for_function(KERNEL_READY, timeout=60_000)
    page.locator(".lm-MenuBar-item").filter(has_text=re.compile(r"^Run$")).first.click()
    page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
    page.wait_for_function(ALL_CELLS_RAN, timeout=240_000)


# Of the cell with this id: show it, run it, and answer what it put out as text.
RUN_CELL = """async id => {
  const panel = window.jupyterapp.shell.currentWidget, cells = [...panel.content.model.cells];
  const index = cells.findIndex(cell => cell.id === id);
  panel.content.activeCellIndex = index;
  await panel.content.scrollToItem(index);
  await window.jupyterapp.commands.execute('notebook:run-cell');
  return cells[index].sharedModel.getOutputs().map(each => [each.data?.['text/plain'] ?? each.text].flat().join(''))
    .join('\\n') }"""
SHOW_CELL = """async id => {
  const panel = window.jupyterapp.shell.currentWidget;
  const index = [...panel.content.model.cells].findIndex(cell => cell.id === id);
  panel.content.activeCellIndex = index;
  await panel.content.scrollToItem(index) }"""


def run_cell(page: Page, identity: str) -> str:
    """A learner runs one cell; what it shows, as text."""
    return str(page.evaluate(RUN_CELL, identity))


def choose(page: Page, identity: str, answer: str) -> None:
    """A learner clicks on an answer below the cell that asks."""
    page.evaluate(SHOW_CELL, identity)
    page.locator(".jp-OutputArea .widget-toggle-button").filter(has_text=re.compile(f"^{answer}$")).click()


def edit_file(page: Page, link: str, text: str) -> None:
    """A learner opens a file by its link in a cell's output, types, saves, and comes back."""
    page.locator(".jp-OutputArea a").filter(has_text=link).first.click()
    editor = page.locator(".jp-FileEditor .cm-content").filter(visible=True)
    editor.wait_for()
    editor.click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(text)
    page.keyboard.press("ControlOrMeta+S")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    page.locator(".lm-TabBar-tab").filter(has_text=".ipynb").first.click()
    page.wait_for_function("() => window.jupyterapp.shell.currentWidget.context.path.endsWith('.ipynb')")
