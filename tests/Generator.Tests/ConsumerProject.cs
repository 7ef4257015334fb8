using System;
using System.Collections.Generic;
using System.Threading;
using RedGen.TestKit;

namespace RedGen.Generator.Tests;

/// <summary>A user's project: models on disk, as the generator reads them by path; manifests and C# in memory.</summary>
internal sealed class ConsumerProject(ConsumerSettings? settings = null, string folder = "project") : IDisposable
{
    private readonly Dictionary<string, ManifestText> _manifests = new(StringComparer.Ordinal);
    private readonly TemporaryFolder _folder = new(folder);

    internal GeneratorHarness Harness { get; } = new(new RedGenGenerator(), settings);

    internal string Folder => _folder.FullPath;

    /// <summary>Writes a model and its manifest, as a build would.</summary>
    internal ConsumerProject Model(string path, byte[] bytes, params string[] options)
    {
        _manifests[path] = new ManifestText(_folder.Write(path, bytes), Folder) { Options = options };
        return Build();
    }

    /// <summary>Writes a file that a model's manifest lists as external data.</summary>
    internal ConsumerProject External(string model, string path, byte[] bytes)
    {
        _manifests[model] = _manifests[model] with { External = [_folder.Write(path, bytes)] };
        return Build();
    }

    /// <summary>Changes what a manifest says.</summary>
    internal ConsumerProject Manifest(string model, Func<ManifestText, ManifestText> change)
    {
        _manifests[model] = change(_manifests[model]);
        return Build();
    }

    /// <summary>Writes a file that nothing lists.</summary>
    internal string File(string path, byte[] bytes) => _folder.Write(path, bytes);

    internal ConsumerProject Source(string text, string path = "Program.cs")
    {
        Harness.SetSource(path, text);
        return this;
    }

    /// <summary>What RedGen.targets do before the compiler runs: manifests with the hashes of the files as they are.</summary>
    internal ConsumerProject Build()
    {
        foreach (KeyValuePair<string, ManifestText> manifest in _manifests)
            Harness.SetText("/obj/redgen/" + manifest.Key.Replace('/', '-') + ".redgen", manifest.Value.ToString());
        return this;
    }

    internal ConsumerProject Remove(string model)
    {
        _manifests.Remove(model);
        Harness.RemoveText("/obj/redgen/" + model.Replace('/', '-') + ".redgen");
        return this;
    }

    internal GeneratorRun Run(CancellationToken cancellation = default) => Harness.Run(cancellation);

    public void Dispose() => _folder.Dispose();
}
