using System;
using System.Diagnostics;
using System.IO;

namespace RedGen.Precompile;

/// <summary>
/// Compiles a library ahead of time with crossgen2, AggressiveOptimization methods included. Crossgen2 passes over those, although the runtime takes
/// machine code for them where an image has it: so they lose the flag on the way in. Inner kernels have it again in what comes out, the others
/// are compiled again by the JIT once they are in use, as all code of images is. Where an image does not fit a machine or a runtime, all of it is
/// left to the JIT, which finds the loops that matter marked as they were written.
/// </summary>
internal static class Program
{
    private const string Usage = "RedGen.Precompile <crossgen2> <library> <output> <folders of references, by ;> <os> <architecture> <instruction sets>";

    private static int Main(string[] arguments)
    {
        if (arguments is not [string compiler, string library, string output, string references, string system, string architecture, string instructions])
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(output))!;
        string plain = Path.Combine(folder, "plain", Path.GetFileName(library));
        Directory.CreateDirectory(Path.GetDirectoryName(plain)!);
        string[] folders = references.Split(';', StringSplitOptions.RemoveEmptyEntries);
        byte[] image = CoreReferences.Write(File.ReadAllBytes(library), folders);
        int[] rows = OptimisedMethods.Clear(image);
        File.WriteAllBytes(plain, image);

        var start = new ProcessStartInfo(compiler, [plain, "-o", output, "-O", "--targetos", system, "--targetarch", architecture, "--instruction-set", instructions]) { RedirectStandardOutput = true };
        foreach (string reference in folders)
        {
            start.ArgumentList.Add("-r");
            start.ArgumentList.Add(Path.Combine(reference, "*.dll"));
        }

        using Process process = Process.Start(start)!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            Console.Error.WriteLine(said);
            return process.ExitCode;
        }

        byte[] compiled = File.ReadAllBytes(output);
        OptimisedMethods.Set(compiled, rows);
        File.WriteAllBytes(output, compiled);
        Console.WriteLine($"{output}: {compiled.Length / 1024} KB, {rows.Length} inner kernels");
        return 0;
    }
}
