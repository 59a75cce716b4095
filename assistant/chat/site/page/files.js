// Files are not taken. Chainlit sends whatever is pasted, as the picture that a spreadsheet puts beside copied cells, and a
// browser leaves the page for a file that is dropped on it.
export function refuseFiles() {
  for (const kind of ['paste', 'dragover', 'drop']) {
    document.addEventListener(kind, (event) => {
      const { types = [] } = event.clipboardData || event.dataTransfer || {};
      if (!types.includes('Files')) return;
      event.stopImmediatePropagation(); // words that are pasted with a file go the browser's own way
      if (kind !== 'paste') event.preventDefault();
    }, true);
  }
}
