using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Intrinsics.X86;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using Xunit;

namespace RedGen.Package.Tests;

/// <summary>The builds of RedGen.Runtime that the package carries compiled ahead of time.</summary>
[Collection(PackedFeedCollection.Name)]
public sealed partial class PrecompiledTests(PackedFeed feed)
{
    [Theory]
    [InlineData("linux-x64")]
    [InlineData("win-x64")]
    public void The_package_holds_a_build_with_machine_code(string platform)
    {
        using ZipArchive package = ZipFile.OpenRead(Path.Combine(feed.Feed, "RedGen." + feed.Version + ".nupkg"));

        foreach (string framework in (string[])["net8.0", "net9.0", "net10.0"]) Assert.True(HasMachineCode(package, $"runtimes/{platform}/lib/{framework}/RedGen.Runtime.dll"));
        Assert.False(HasMachineCode(package, "lib/net8.0/RedGen.Runtime.dll"));
    }

    [PrecompiledFact]
    public async Task A_project_without_a_platform_compiles_no_kernel_at_its_first_call()
    {
        string[] compiled = await CompiledAsync("digits");
        Assert.Contains(compiled, static l => l.Contains("Started.Digits:Predict", StringComparison.Ordinal));
        Assert.DoesNotContain(compiled, static l => l.Contains("JIT compiled RedGen.Runtime.", StringComparison.Ordinal));
    }

    /// <summary>But for what no image can hold: methods of a model's own sizes, and ways into kernels for the framework's integers.</summary>
    [PrecompiledTheory]
    [InlineData("floats", "Floats")]
    [InlineData("bytes", "Bytes")]
    public async Task Layers_of_many_kinds_compile_no_kernel_at_their_first_call(string model, string className)
    {
        string[] compiled = await CompiledAsync(model);
        Assert.Contains(compiled, l => l.Contains("Started." + className + ":Predict", StringComparison.Ordinal));
        string[] kernels = [.. compiled.Where(static l => l.Contains("JIT compiled RedGen.Runtime.", StringComparison.Ordinal) && !OfOthers().IsMatch(l))];
        Assert.True(kernels.Length == 0, string.Join('\n', kernels));
    }

    [GeneratedRegex(@":\w+\[(Started\.|s?byte\b)")]
    private static partial Regex OfOthers();

    /// <summary>The methods that the JIT compiles when the program runs a model.</summary>
    private async Task<string[]> CompiledAsync(string model)
    {
        string project = Path.Combine(feed.Root, "Started");
        await DotNet.RunAsync(project, "build", "-c", "Release", "-v", "q");
        string list = Path.Combine(feed.Root, model + "-compiled.txt");
        string program = Path.Combine(project, "bin", "Release", "net10.0", "Started.dll");
        await DotNet.RunAsync(feed.Root, new Dictionary<string, string> { ["DOTNET_JitStdOutFile"] = list, ["DOTNET_JitDisasmSummary"] = "1" }, "exec", program, model);
        return File.ReadAllLines(list);
    }

    /// <summary>Each assembly that only forwards them would be opened in the first call.</summary>
    [Theory]
    [InlineData("linux-x64")]
    [InlineData("win-x64")]
    public void A_build_names_types_of_the_core_library_where_they_are(string platform)
    {
        using ZipArchive package = ZipFile.OpenRead(Path.Combine(feed.Feed, "RedGen." + feed.Version + ".nupkg"));

        foreach (string framework in (string[])["net8.0", "net9.0", "net10.0"])
        {
            using PEReader image = Read(package, $"runtimes/{platform}/lib/{framework}/RedGen.Runtime.dll");
            MetadataReader metadata = image.GetMetadataReader();
            TypeReference[] types = [.. metadata.TypeReferences.Select(metadata.GetTypeReference).Where(t => metadata.GetString(t.Name) is "MemoryMarshal" or "Interlocked" or "Vector512`1")];
            Assert.Equal(3, types.Length);
            Assert.All(types, t => Assert.Equal("System.Private.CoreLib", metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)t.ResolutionScope).Name)));
        }
    }

    private static bool HasMachineCode(ZipArchive package, string name)
    {
        using PEReader image = Read(package, name);
        return image.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
    }

    private static PEReader Read(ZipArchive package, string name)
    {
        var copy = new MemoryStream();
        using (Stream entry = package.GetEntry(name)!.Open()) entry.CopyTo(copy);
        copy.Position = 0;
        return new PEReader(copy);
    }
}

/// <summary>Skips where the precompiled code cannot run: it is for x64 with AVX-512, on the runtime that it was made for.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PrecompiledFactAttribute : FactAttribute
{
    /// <summary>Finds the reason to skip, if there is one.</summary>
    public PrecompiledFactAttribute() => Skip = Reason;

    /// <summary>The reason, or null.</summary>
    internal static string? Reason =>
        !(OperatingSystem.IsLinux() || OperatingSystem.IsWindows()) || !Avx512BW.VL.IsSupported ? "the processor has no AVX-512, which the precompiled code is for"
        : Environment.Version.Major != 10 ? "the precompiled code is for .NET 10"
        : null;
}

/// <summary><see cref="PrecompiledFactAttribute"/> for theories.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PrecompiledTheoryAttribute : TheoryAttribute
{
    /// <summary>Finds the reason to skip, if there is one.</summary>
    public PrecompiledTheoryAttribute() => Skip = PrecompiledFactAttribute.Reason;
}
