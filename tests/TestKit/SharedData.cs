using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using RedGen.Compiler;
using Xunit;

namespace RedGen.TestKit;

/// <summary>The models that lie outside the repository, where a machine has them.</summary>
public static class SharedData
{
    /// <summary>The folder of models, from the environment variable REDGEN_SHARED or beside the repository.</summary>
    public static string Root { get; } = Environment.GetEnvironmentVariable("REDGEN_SHARED") is { Length: > 0 } path
        ? path
        : Path.GetFullPath(Repository.PathOf("..", "shared"));

    /// <summary>ONNX's backend test data as Debian's package libonnx-testdata installs them.</summary>
    public const string OnnxTestData = "/usr/share/libonnx-testdata/data";

    /// <summary>All .onnx files below a folder, sorted; none when there is no such folder.</summary>
    public static IReadOnlyList<string> ModelsIn(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "*.onnx", SearchOption.AllDirectories).OrderBy(f => f, StringComparer.Ordinal)]
        : [];

    /// <summary>A model file as a host hands it over, with the files beside it as external data.</summary>
    public static ModelSource Load(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        return new ModelSource(Path.GetFileName(path), bytes, ModelSource.Hash(bytes), ReadBeside);

        ReadOnlyMemory<byte>? ReadBeside(string relative)
        {
            string file = Path.Combine(Path.GetDirectoryName(path)!, relative);
            return File.Exists(file) ? File.ReadAllBytes(file) : (ReadOnlyMemory<byte>?)null;
        }
    }
}

/// <summary>A fact that needs a folder of <see cref="SharedData.Root"/>; skipped with the reason where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedFactAttribute : FactAttribute
{
    /// <summary>Names the folder below the shared one that the test needs.</summary>
    public SharedFactAttribute(string folder)
    {
        Folder = folder;
        string path = Path.Combine(SharedData.Root, folder);
        if (!Directory.Exists(path)) Skip = $"The folder '{path}' is missing; set REDGEN_SHARED to the folder that holds '{folder}'.";
    }

    /// <summary>The folder below the shared one.</summary>
    public string Folder { get; }
}

/// <summary>A fact that needs ONNX's backend test data; skipped with the reason where they are not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnnxDataFactAttribute : FactAttribute
{
    /// <summary>Looks for the data.</summary>
    public OnnxDataFactAttribute()
    {
        if (!Directory.Exists(SharedData.OnnxTestData)) Skip = $"'{SharedData.OnnxTestData}' is missing; install Debian's package libonnx-testdata.";
    }
}
