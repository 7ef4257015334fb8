using System;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Package.Tests;

/// <summary>A fact that compiles ahead of time; skipped with the reason where the machine lacks what that takes.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AheadOfTimeFactAttribute : FactAttribute
{
    /// <summary>Looks for the compiler, the linker, and a file of the shared folder where the test needs one.</summary>
    public AheadOfTimeFactAttribute(string? file = null)
    {
        File = file;
        if (!OperatingSystem.IsLinux()) Skip = "Programs are compiled ahead of time on Linux only.";
        else if (Framework is null) Skip = $"The package runtime.{Rid}.microsoft.dotnet.ilcompiler is not in NuGet's folder: publish a project with PublishAot once.";
        else if (Linker is null) Skip = "There is neither clang nor gcc to link with.";
        else if (file is not null && !System.IO.File.Exists(Path.Combine(SharedData.Root, file))) Skip = $"The file '{file}' is missing in '{SharedData.Root}'; set REDGEN_SHARED.";
    }

    /// <summary>The file that the test needs.</summary>
    public string? File { get; }

    /// <summary>What the program is compiled for.</summary>
    public static string Rid { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";

    /// <summary>The newest framework whose ahead-of-time compiler is here.</summary>
    public static string? Framework { get; } = FindFramework();

    /// <summary>The program that links.</summary>
    public static string? Linker { get; } = new[] { "clang", "gcc" }.FirstOrDefault(static name =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => System.IO.File.Exists(Path.Combine(p, name))));

    private static string? FindFramework()
    {
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string compiler = Path.Combine(packages, $"runtime.{Rid}.microsoft.dotnet.ilcompiler");
        string runtime = Path.Combine(packages, $"microsoft.netcore.app.runtime.nativeaot.{Rid}");
        return new[] { 9, 10 }.Where(v => Has(compiler, v) && (v < 10 || Has(runtime, v))).Select(static v => FormattableString.Invariant($"net{v}.0")).FirstOrDefault();
    }

    private static bool Has(string package, int version) => Directory.Exists(package) && Directory.EnumerateDirectories(package, FormattableString.Invariant($"{version}.*")).Any();
}
