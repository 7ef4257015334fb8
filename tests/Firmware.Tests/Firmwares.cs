using System;
using System.IO;
using System.Runtime.InteropServices;
using RedGen.Cli.Firmware;
using RedGen.Cli.Output;
using RedGen.TestKit;

namespace RedGen.Firmware.Tests;

/// <summary>Firmware of hand-written classes.</summary>
internal static class Firmwares
{
    /// <summary>The name of the fixture that does everything once.</summary>
    public const string Probe = "RedGen.Firmware.Tests.Fixtures.Probe";

    /// <summary>Makes an object file of code.</summary>
    public static FirmwareResult Build(TemporaryFolder folder, string className, string code, FirmwareSettings settings)
    {
        var model = new FirmwareModel(className, [("Model.g.cs", code)], [], 0, [], "Written by hand.");
        return FirmwareBuilder.Build(model, settings, folder.FullPath, new ToolConsole(TextWriter.Null, TextWriter.Null));
    }

    /// <summary>The code of a fixture.</summary>
    public static string Fixture(string name)
    {
        using var reader = new StreamReader(typeof(Firmwares).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    /// <summary>Values as bytes.</summary>
    public static byte[] Bytes<T>(params T[] values)
        where T : unmanaged
        => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    /// <summary>Bytes as values.</summary>
    public static T[] Values<T>(byte[] bytes)
        where T : unmanaged
        => MemoryMarshal.Cast<byte, T>(bytes).ToArray();
}
