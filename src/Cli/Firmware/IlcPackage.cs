using System;
using System.IO;
using System.Runtime.InteropServices;
using RedGen.Cli.Output;

namespace RedGen.Cli.Firmware;

/// <summary>NativeAOT's compiler, from the NuGet package of the version that RedGen is tested with.</summary>
internal static class IlcPackage
{
    /// <summary>The version: the last whose object files need no runtime of their own.</summary>
    public const string Version = "9.0.20";

    /// <summary>The environment variable that names another copy of the compiler.</summary>
    public const string Variable = "REDGEN_ILC";

    /// <summary>The package's name on this machine.</summary>
    public static string Package { get; } = "runtime." + (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux") + "-"
        + (RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64") + ".Microsoft.DotNet.ILCompiler";

    /// <summary>The compiler where it is on this machine; null: it has to be downloaded.</summary>
    public static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given) return File.Exists(given) ? given : null;
        string tool = PathIn(PackagesFolder);
        return File.Exists(tool) ? tool : null;
    }

    /// <summary>Finds the compiler, or has NuGet download it.</summary>
    /// <exception cref="ToolException">It cannot be had.</exception>
    public static string Get(ToolConsole console)
    {
        string tool = Find() ?? Download(console);
        if (!OperatingSystem.IsWindows()) MakeExecutable(tool);
        return tool;
    }

    private static string PackagesFolder => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
        ? folder : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static string PathIn(string packages)
        => Path.Combine(packages, Package.ToLowerInvariant(), Version, "tools", OperatingSystem.IsWindows() ? "ilc.exe" : "ilc");

    private static string Download(ToolConsole console)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given) throw new ToolException("there is no file '" + given + "', which the environment variable " + Variable + " names");
        console.Note("redgen: restoring " + Package + " " + Version);
        string folder = Directory.CreateTempSubdirectory("redgen-ilc-").FullName;
        try
        {
            string project = Path.Combine(folder, "ilc.csproj");
            File.WriteAllText(project, "<Project Sdk=\"Microsoft.NET.Sdk\">\n  <PropertyGroup><TargetFramework>netstandard2.0</TargetFramework></PropertyGroup>\n"
                + "  <ItemGroup><PackageDownload Include=\"" + Package + "\" Version=\"[" + Version + "]\" /></ItemGroup>\n</Project>\n");
            (int code, string output, string error) = CrossTools.TryRun("dotnet", ["restore", project], folder);
            if (code == 0 && File.Exists(PathIn(PackagesFolder))) return PathIn(PackagesFolder);
            throw new ToolException(Package + " " + Version + " (NativeAOT's compiler) is missing and dotnet restore did not get it. With a feed that has it: dotnet restore of a project with <PackageDownload Include=\""
                + Package + "\" Version=\"[" + Version + "]\" />, or set " + Variable + " to its tools/ilc. NuGet said: " + FirstError(output + "\n" + error));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string FirstError(string output)
    {
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return Array.Find(lines, static l => l.Contains("error", StringComparison.OrdinalIgnoreCase)) ?? (lines.Length > 0 ? lines[0] : "nothing");
    }

    /// <summary>NuGet unpacks programs without the permission to run them.</summary>
    private static void MakeExecutable(string tool)
    {
        if (OperatingSystem.IsWindows()) return;
        const UnixFileMode Run = UnixFileMode.UserExecute;
        UnixFileMode mode = File.GetUnixFileMode(tool);
        if ((mode & Run) == 0) File.SetUnixFileMode(tool, mode | Run);
    }
}
