using System.Globalization;
using System.IO;
using Spectre.Console;

namespace RedGen.Cli.Output;

/// <summary>Tables on a text writer.</summary>
internal static class Tables
{
    /// <summary>Wide enough that no row wraps where nobody sets a width.</summary>
    private const int Width = 200;

    /// <summary>A table whose first columns are text and the others numbers.</summary>
    public static Table Create(int textColumns, params string[] titles)
    {
        var table = new Table { Border = TableBorder.Minimal };
        for (int i = 0; i < titles.Length; i++)
        {
            var column = new TableColumn(new Text(titles[i]));
            table.AddColumn(i < textColumns ? column : column.RightAligned());
        }

        return table;
    }

    /// <summary>Adds a row of plain text.</summary>
    public static void Add(this Table table, params string[] cells)
    {
        var texts = new Text[cells.Length];
        for (int i = 0; i < cells.Length; i++) texts[i] = new Text(cells[i]);
        table.AddRow(texts);
    }

    /// <summary>Writes a table without colours or cursor movements.</summary>
    public static void Write(this Table table, TextWriter? writer)
    {
        if (writer is null) return;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = Width;
        console.Profile.Capabilities.Unicode = true;
        console.Write(table);
    }

    /// <summary>A number with thousands separated.</summary>
    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
