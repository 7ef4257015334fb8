using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace RedGen.Bench.Compare;

/// <summary>A model to compare: its file, and how it is called in tables.</summary>
/// <param name="Name">The folder's name where the file is called model.onnx, else the file's.</param>
/// <param name="Path">The file.</param>
internal sealed record ComparedModel(string Name, string Path)
{
    /// <summary>The models that paths name: files, and folders with all models in and below them.</summary>
    /// <exception cref="FileNotFoundException">A path is neither.</exception>
    public static IReadOnlyList<ComparedModel> Find(IEnumerable<string> paths)
    {
        var models = new List<ComparedModel>();
        foreach (string path in paths)
        {
            if (File.Exists(path)) models.Add(Of(path));
            else if (Directory.Exists(path)) models.AddRange(Directory.EnumerateFiles(path, "*.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(Of));
            else throw new FileNotFoundException("there is neither a file nor a folder '" + path + "'");
        }

        return models;
    }

    private static ComparedModel Of(string file)
    {
        string name = System.IO.Path.GetFileNameWithoutExtension(file);
        string full = System.IO.Path.GetFullPath(file);
        return new ComparedModel(name == "model" ? System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(full))! : name, full);
    }
}
