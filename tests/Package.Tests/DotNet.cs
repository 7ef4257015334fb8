using System.Collections.Generic;
using System.Diagnostics;
using System.Threading.Tasks;
using Xunit;

namespace RedGen.Package.Tests;

/// <summary>Starts the dotnet command.</summary>
internal static class DotNet
{
    /// <summary>Runs a command; an exit code other than zero fails the test.</summary>
    internal static Task<string> RunAsync(string folder, params string[] arguments) => RunAsync(folder, [], arguments);

    /// <summary>Runs a command with more environment variables; an exit code other than zero fails the test.</summary>
    internal static async Task<string> RunAsync(string folder, Dictionary<string, string> variables, params string[] arguments)
    {
        (int code, string output) = await TryAsync(folder, variables, arguments);
        Assert.True(code == 0, "dotnet " + string.Join(" ", arguments) + " gave " + code + ":\n" + output);
        return output;
    }

    /// <summary>Runs a command and gives its exit code and what it wrote.</summary>
    internal static Task<(int Code, string Output)> TryAsync(string folder, params string[] arguments) => TryAsync(folder, [], arguments);

    private static async Task<(int Code, string Output)> TryAsync(string folder, Dictionary<string, string> variables, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_NOLOGO"] = "1";

        // Only the newest runtime is installed here; a program for net8.0 runs on it.
        start.Environment["DOTNET_ROLL_FORWARD"] = "Major";

        // Neither the test run that this is part of nor a build server may speak into the builds.
        foreach (string name in new[] { "MSBuildSDKsPath", "MSBUILD_EXE_PATH", "MSBuildExtensionsPath", "MSBuildLoadMicrosoftTargetsReadOnly", "CI" })
            start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        foreach ((string name, string value) in variables) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    /// <summary>The configuration that this test was built in: its outputs are the ones to pack.</summary>
    internal static string Configuration
#if DEBUG
        => "Debug";
#else
        => "Release";
#endif
}
