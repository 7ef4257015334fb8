using System;
using System.IO;
using System.Linq;
using RedGen.Cli.Firmware;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Firmware.Tests;

/// <summary>A fact that makes firmware and runs it in QEMU; skipped with the reason where the machine lacks what that takes.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FirmwareFactAttribute : FactAttribute
{
    /// <summary>Looks for the tools, and for a folder of shared models where the test needs one.</summary>
    public FirmwareFactAttribute(string? folder = null)
    {
        Folder = folder;
        Skip = Missing() ?? (folder is null || Directory.Exists(Path.Combine(SharedData.Root, folder)) ? null : $"The folder '{folder}' is missing in '{SharedData.Root}'; set REDGEN_SHARED.");
    }

    /// <summary>The folder of shared models.</summary>
    public string? Folder { get; }

    /// <summary>Why firmware cannot be made here; null where it can.</summary>
    internal static string? Missing()
    {
        string[] programs = [.. BoardProgram.Tools.Where(static t => CrossTools.Find(t) is null)];
        if (programs.Length > 0) return string.Join(", ", programs) + " missing: apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm.";
        return IlcPackage.Find() is null ? $"The NuGet package {IlcPackage.Package} {IlcPackage.Version} is not on this machine: redgen firmware restores it." : null;
    }
}

/// <summary>The same for theories.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FirmwareTheoryAttribute : TheoryAttribute
{
    /// <summary>Looks for the tools.</summary>
    public FirmwareTheoryAttribute() => Skip = FirmwareFactAttribute.Missing();
}
