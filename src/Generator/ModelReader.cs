using System;
using System.IO;
using System.Linq;
using System.Text;
using RedGen.Compiler;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red.Planning;
using RedGen.Compiler.Verify.Build;

namespace RedGen.Generator;

/// <summary>
/// The one place where the generator reads files. Analyzers must not (RS1035), because the compiler cannot see what they depend on;
/// here it can: the manifest holds the hash of every file, and what has another hash is not used.
/// </summary>
internal sealed class ModelReader(ModelRef model, DiagnosticBag diagnostics)
{
    private readonly ModelManifest _manifest = model.Manifest;

    /// <summary>Reads a model; null, with a diagnostic, when that fails.</summary>
    internal ModelSource? Open()
    {
        byte[]? bytes = Read(_manifest.Path, _manifest.ProjectPath, _manifest.Sha256);
        if (bytes is null) return null;
        string name = _manifest.Path.Substring(_manifest.Path.LastIndexOfAny(['/', '\\']) + 1);
        return new ModelSource(name, bytes, _manifest.Sha256, ReadExternal)
        {
            PlanText = ReadPlan(),
            CostsText = ReadText(_manifest.Costs),
            SamplesSha256 = _manifest.SamplesSha256,
            Verification = new VerificationRequest(_manifest.Properties, ReadVerdicts(), _manifest.Unknown) { StatementFiles = _manifest.StatementFiles },
        };
    }

    /// <summary>The text of the plan file; null where there is none, or, with a diagnostic, where it cannot be used.</summary>
    private string? ReadPlan()
    {
        if (ReadBytes(_manifest.Plan) is not { } bytes) return null;
        if (bytes.Length <= PlanFile.LongestText) return Encoding.UTF8.GetString(bytes);
        diagnostics.Add(DiagnosticCatalog.StalePlan.With(PlanFile.TooLong));
        return null;
    }

    /// <summary>The text of the verdicts; null where there is none.</summary>
    private string? ReadVerdicts() => ReadBytes(_manifest.Verdict) is { Length: <= VerdictFile.LongestText } bytes ? Encoding.UTF8.GetString(bytes) : null;

    private string? ReadText(ManifestFile? file) => ReadBytes(file) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    private byte[]? ReadBytes(ManifestFile? file)
    {
        if (file is null) return null;
        string name = file.Path.Substring(file.Path.LastIndexOfAny(['/', '\\']) + 1);
        return Read(file.Path, _manifest.RelativeToModel(file.Path) ?? name, file.Sha256);
    }

    /// <summary>Where a plan file lies that its owner keeps beside a model.</summary>
    internal static string PlanBeside(string modelPath) => modelPath.Substring(0, modelPath.Length - ".onnx".Length) + PlanFile.Extension;

    /// <summary>The hash of a file in lower-case hex; empty when it cannot be read.</summary>
    internal static string Hash(string path) => TryRead(path, out byte[] bytes, out _) ? ModelSource.Hash(bytes) : "";

    /// <summary>Only files that the manifest lists can be read: a change of any other would go unseen.</summary>
    private ReadOnlyMemory<byte>? ReadExternal(string relativePath)
    {
        string folder = _manifest.Path.Substring(0, _manifest.Path.LastIndexOfAny(['/', '\\']) + 1);
        if (model.IsRaw) return OrNothing(Read(folder + relativePath, relativePath, expectedHash: null));

        ManifestFile? file = _manifest.External.FirstOrDefault(e => _manifest.RelativeToModel(e.Path) == relativePath);
        if (file is not null) return OrNothing(Read(file.Path, relativePath, file.Sha256));
        if (Exists(folder + relativePath))
        {
            diagnostics.Add(DiagnosticCatalog.MissingFile.With(
                relativePath,
                "it holds external data and the build does not know it; add RedGenExternalData=\"" + relativePath + "\" to the model's item"));
        }

        return null;
    }

    /// <summary>Written out, because an array that is null, and the literal null too, would turn into memory that is empty.</summary>
    private static ReadOnlyMemory<byte>? OrNothing(byte[]? bytes)
    {
        if (bytes is null) return null;
        return new ReadOnlyMemory<byte>(bytes);
    }

    private byte[]? Read(string path, string shownPath, string? expectedHash)
    {
        if (!TryRead(path, out byte[] bytes, out string problem))
        {
            diagnostics.Add(DiagnosticCatalog.MissingFile.With(shownPath, problem));
            return null;
        }

        string hash = expectedHash is null ? "" : ModelSource.Hash(bytes);
        if (expectedHash is null || hash == expectedHash) return bytes;
        diagnostics.Add(DiagnosticCatalog.ChangedFile.With(shownPath, hash, expectedHash.Length == 0 ? "none: the file was not there" : expectedHash));
        return null;
    }

#pragma warning disable RS1035 // File access: see the summary of this class.
    private static bool Exists(string path) => File.Exists(path);

    private static bool TryRead(string path, out byte[] bytes, out string problem)
    {
        bytes = [];
        problem = "";
        try
        {
            if (!File.Exists(path)) problem = Directory.Exists(path) ? "it is a folder" : "it does not exist";
            else bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problem = exception.Message;
        }

        return problem.Length == 0;
    }
#pragma warning restore RS1035
}
