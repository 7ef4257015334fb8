using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using RedGen.Cli.Output;

namespace RedGen.Cli.Firmware;

/// <summary>Programs that firmware is made with, from the PATH.</summary>
internal static class CrossTools
{
    /// <summary>The C compiler, which also links.</summary>
    public const string Gcc = "arm-none-eabi-gcc";

    /// <summary>The linker.</summary>
    public const string Linker = "arm-none-eabi-ld";

    /// <summary>Copies object files.</summary>
    public const string ObjectCopy = "arm-none-eabi-objcopy";

    /// <summary>Shows object files.</summary>
    public const string ObjectDump = "arm-none-eabi-objdump";

    /// <summary>The emulator.</summary>
    public const string Qemu = "qemu-system-arm";

    /// <summary>Where a program is; null where it is not on the PATH.</summary>
    public static string? Find(string program)
    {
        string[] names = OperatingSystem.IsWindows() ? [program + ".exe"] : [program];
        IEnumerable<string> folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.SelectMany(f => names.Select(n => Path.Combine(f, n))).FirstOrDefault(File.Exists);
    }

    /// <summary>Checks that programs are there.</summary>
    /// <exception cref="ToolException">Some are missing: they are named, with the command that installs them.</exception>
    public static void Require(params string[] programs)
    {
        string[] missing = [.. programs.Where(static p => Find(p) is null)];
        if (missing.Length == 0) return;
        string packages = string.Join(" ", missing.Select(PackageOf).Distinct());
        throw new ToolException(string.Join(", ", missing) + (missing.Length == 1 ? " is" : " are") + " not on the PATH; on Debian or Ubuntu: sudo apt-get install " + packages);
    }

    /// <summary>Runs a program.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="folder">Where it runs; null: here.</param>
    /// <returns>What it wrote to standard output.</returns>
    /// <exception cref="ToolException">It failed, or is not there.</exception>
    public static string Run(string program, IEnumerable<string> arguments, string? folder = null)
    {
        (int code, string output, string error) = TryRun(program, arguments, folder);
        if (code == 0) return output;
        string[] lines = [.. (error + "\n" + output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(5)];
        throw new ToolException(Path.GetFileName(program) + " failed: " + string.Join(" | ", lines));
    }

    /// <summary>Runs a program and gives its exit code and what it wrote.</summary>
    /// <exception cref="ToolException">It is not there.</exception>
    public static (int Code, string Output, string Error) TryRun(string program, IEnumerable<string> arguments, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder ?? "", RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.GetAwaiter().GetResult());
        }
        catch (System.ComponentModel.Win32Exception problem)
        {
            throw new ToolException(program + " cannot be started: " + problem.Message);
        }
    }

    private static string PackageOf(string program) => program switch
    {
        Gcc => "gcc-arm-none-eabi",
        Qemu => "qemu-system-arm",
        _ => "binutils-arm-none-eabi",
    };
}
