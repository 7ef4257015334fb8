using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Text;
using RedGen.Cli.Output;

namespace RedGen.Cli.Firmware;

/// <summary>A class of the Micro profile, to be made into an object file.</summary>
/// <param name="ClassName">The class with its namespace.</param>
/// <param name="Sources">File name and text of each source.</param>
/// <param name="Layers">Its layers.</param>
/// <param name="Macs">Multiply-adds of a call.</param>
/// <param name="Shapes">Type and shape of each input and output in words.</param>
/// <param name="Origin">A sentence that says where it comes from.</param>
internal sealed record FirmwareModel(string ClassName, ImmutableArray<(string Path, string Text)> Sources, ImmutableArray<Layer> Layers, long Macs, ImmutableArray<string> Shapes, string Origin)
{
    /// <summary>The layers that hold most of the arena while they run, for messages.</summary>
    public string LargestMemory { get; init; } = "";
}

/// <summary>How it is made.</summary>
/// <param name="Cpu">The core.</param>
/// <param name="IsChecked">Whether spans check their indices.</param>
internal sealed record FirmwareSettings(Cpu Cpu, bool IsChecked = false);

/// <summary>What was made.</summary>
/// <param name="Interface">What the model offers to C.</param>
/// <param name="Sizes">What it takes.</param>
/// <param name="Folder">Where the files are.</param>
/// <param name="Files">All files.</param>
internal sealed record FirmwareResult(DeviceInterface Interface, FirmwareSizes Sizes, string Folder, ImmutableArray<string> Files)
{
    /// <summary>The object file.</summary>
    public string ObjectFile => Path.Combine(Folder, Interface.Stem + ".o");
}

/// <summary>From C# of the Micro profile to an object file, its header, and its sizes.</summary>
internal static class FirmwareBuilder
{
    /// <summary>Makes the files.</summary>
    /// <exception cref="ToolException">A tool is missing, or the code does not suit the device.</exception>
    public static FirmwareResult Build(FirmwareModel model, FirmwareSettings settings, string folder, ToolConsole console)
    {
        CrossTools.Require(CrossTools.Linker, CrossTools.ObjectCopy, CrossTools.ObjectDump);
        string ilc = IlcPackage.Get(console);
        Directory.CreateDirectory(folder);
        DeviceInterface offered = DeviceInterface.Of(DeviceAssembly.Of(model.Sources, settings.IsChecked), model.ClassName);
        string simpleName = model.ClassName[(model.ClassName.LastIndexOf('.') + 1)..];
        ImmutableArray<(string Path, string Text)> sources = [.. model.Sources, (simpleName + ".Exports.g.cs", ExportsSource.Of(offered))];

        string target = Path.Combine(folder, offered.Stem + ".o");
        ObjectFile.Compile(ilc, helpers => DeviceAssembly.Of(sources, settings.IsChecked, helpers), target, offered.Stem);
        FirmwareSizes sizes = SizeReader.Of(target, offered.Stem, settings.Cpu, model.Layers, model.Macs);
        (string Name, string Text)[] texts =
        [
            .. sources,
            (simpleName + ".Sizes.g.cs", SizesSource.Of(model.ClassName, sizes, settings.Cpu.Name)),
            (offered.Stem + ".h", CHeader.Of(offered, sizes, model.Shapes, model.Origin)),
            (offered.Stem + ".sizes.md", FirmwareReport.Markdown(simpleName, settings.Cpu.Name, sizes)),
            (offered.Stem + ".sizes.json", ToolConsole.JsonOf(FirmwareReport.Json(settings.Cpu.Name, sizes)) + "\n"),
        ];
        foreach ((string name, string text) in texts) File.WriteAllText(Path.Combine(folder, name), text, new UTF8Encoding(false));
        return new(offered, sizes, folder, [target, .. texts.Select(t => Path.Combine(folder, t.Name))]);
    }
}
