using System;
using System.IO;
using RedGen.Compiler;
using RedGen.Compiler.Diagnostics;

namespace RedGen.Cli.Models;

/// <summary>Reads models from disk.</summary>
internal static class ModelFile
{
    /// <summary>Reads a model and the plan file beside it; null, and a diagnostic, when it cannot be read.</summary>
    public static ModelSource? Open(string path, DiagnosticBag diagnostics)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(path);
            string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            string plan = PlanChoice.PathBeside(path);
            return new ModelSource(Path.GetFileName(path), bytes, ModelSource.Hash(bytes), name => ReadExternal(folder, name))
            {
                PlanText = File.Exists(plan) ? PlanChoice.Read(plan, diagnostics) : null,
            };
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            diagnostics.Add(DiagnosticCatalog.MissingFile.With(path, problem.Message));
            return null;
        }
    }

    /// <summary>External data; the compiler has checked that the path stays inside the folder.</summary>
    private static ReadOnlyMemory<byte>? ReadExternal(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        if (!File.Exists(path)) return null;
        byte[] bytes = File.ReadAllBytes(path);
        return bytes;
    }
}
