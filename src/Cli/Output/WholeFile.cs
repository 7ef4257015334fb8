using System.IO;
using System.Text;

namespace RedGen.Cli.Output;

/// <summary>Files that appear whole or not at all.</summary>
internal static class WholeFile
{
    /// <summary>Writes a text; folders that are missing are made.</summary>
    /// <exception cref="IOException">The file cannot be written; what was there before stays.</exception>
    public static void Write(string file, string text)
    {
        string full = Path.GetFullPath(file);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        string temporary = full + ".tmp";
        try
        {
            File.WriteAllText(temporary, text, new UTF8Encoding(false));
            File.Move(temporary, full, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
