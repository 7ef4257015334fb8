using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Package.Tests;

/// <summary>The search of the reduction's plan as a part of the build, from the packed package.</summary>
[Collection(PackedFeedCollection.Name)]
public sealed class TuneTargetTests(PackedFeed feed)
{
    private const string Searches = "RedGen searches the reduction of ";

    /// <summary>One model three times: in an odd folder, with its weights in a resource that the tool makes, and without a search; samples for the project.</summary>
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <RootNamespace>Nets</RootNamespace>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <RedGenHashing>Adaptive</RedGenHashing>
            <RedGenSamples>data/x 1.npy</RedGenSamples>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="RedGen" Version="$(RedGenTestVersion)" />
            <AdditionalFiles Update="twin/*.onnx" RedGenWeights="Resource" RedGenClassName="Twin" />
            <AdditionalFiles Update="plain/*.onnx" RedGenTune="false" RedGenClassName="Plain" />
          </ItemGroup>
        </Project>
        """;

    private const string Program = """
        class Program
        {
            static void Main()
            {
                var image = new float[Nets.Twin.InputLength];
                for (int i = 0; i < image.Length; i++) image[i] = i % 17;
                var a = new float[Nets.Twin.LogitsLength];
                var b = new float[a.Length];
                var c = new float[a.Length];
                Nets.Net1A.Predict(image, a);
                Nets.Twin.Predict(image, b);
                Nets.Plain.Predict(image, c);
                for (int i = 0; i < a.Length; i++) System.Console.WriteLine((a[i] == b[i]) + " " + (System.Math.Abs(a[i] - c[i]) < 3));
            }
        }
        """;

    [Fact]
    public async Task The_build_searches_once_and_again_when_something_changed()
    {
        string project = Write("Tuned");
        string model = Path.Combine(project, Consumers.OddFolder, "net 1;a.onnx"), samples = Path.Combine(project, "data", "x 1.npy");

        string first = await BuildAsync(project, restore: true);
        Assert.Contains(Searches + "net 1;a.onnx", first, StringComparison.Ordinal);
        Assert.DoesNotContain(Searches + "digits.onnx", first, StringComparison.Ordinal);
        string output = await DotNet.RunAsync(project, "exec", Path.Combine("bin", "Debug", "net10.0", "Tuned.dll"));
        Assert.Equal([.. Enumerable.Repeat("True True", 10)], output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        string plan = Plans(project).Single(IsOdd);
        byte[] bytes = File.ReadAllBytes(plan);
        string assembly = Path.Combine(project, "obj", "Debug", "net10.0", "Tuned.dll");
        DateTime built = File.GetLastWriteTimeUtc(assembly);

        Assert.DoesNotContain(Searches, await BuildAsync(project), StringComparison.Ordinal);

        // The search runs again, finds the same, and so nothing is compiled.
        foreach (string file in new[] { samples, model })
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow);
            Assert.Contains(Searches, await BuildAsync(project), StringComparison.Ordinal);
            Assert.Equal(bytes, File.ReadAllBytes(plan));
            Assert.Equal(built, File.GetLastWriteTimeUtc(assembly));
        }

        // Other samples with an old time: the hash tells.
        File.WriteAllBytes(samples, Npy(7));
        File.SetLastWriteTimeUtc(samples, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Contains(Searches, await BuildAsync(project), StringComparison.Ordinal);
        Assert.NotEqual(bytes, File.ReadAllBytes(plan));
        Assert.Contains(Searches, await BuildAsync(project, "-p:RedGenTolerance=0.3"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_beside_the_model_is_its_owners()
    {
        string project = Write("Kept");
        string kept = Path.Combine(project, Consumers.OddFolder, "net 1;a.redgen.json");
        await BuildAsync(project, restore: true);
        File.Copy(Plans(project).Single(IsOdd), kept);
        byte[] bytes = File.ReadAllBytes(kept);

        // Warnings are errors here, so the plan fits.
        Assert.DoesNotContain(Searches + "net 1", await BuildAsync(project), StringComparison.Ordinal);
        string manifest = Directory.EnumerateFiles(Path.Combine(project, "obj"), "net_1_a-*.redgen", SearchOption.AllDirectories).Single();
        Assert.Contains("net 1;a.redgen.json", File.ReadAllText(manifest).ReplaceLineEndings(";"), StringComparison.Ordinal);

        File.WriteAllText(kept, "{}");
        (int code, string output) = await DotNet.TryAsync(project, "build", "--no-restore", "-v", "m");
        Assert.NotEqual(0, code);
        Assert.Contains("error RG0025: the plan of the reduction is not used: its format", output, StringComparison.Ordinal);
        Assert.Equal("{}", File.ReadAllText(kept));

        File.WriteAllBytes(kept, bytes);
        await DotNet.RunAsync(project, "clean", "-v", "q");
        Assert.Equal(bytes, File.ReadAllBytes(kept));
        Assert.Empty(Plans(project));
    }

    [Fact]
    public async Task A_search_that_fails_is_a_warning()
    {
        string project = Write("Failed");
        File.WriteAllText(Path.Combine(project, "data", "x 1.npy"), "no array");

        string output = await BuildAsync(project, restore: true);

        Assert.Contains("warning : the search for the reduction's plan failed", output, StringComparison.Ordinal);
        Assert.Contains("it is not a .npy file", output, StringComparison.Ordinal);
        Assert.Empty(Plans(project));
    }

    private string Write(string name)
    {
        string project = Directory.CreateDirectory(Path.Combine(feed.Root, name)).FullName;
        foreach (string folder in new[] { Consumers.OddFolder, "twin", "plain", "data" }) Directory.CreateDirectory(Path.Combine(project, folder));
        File.WriteAllText(Path.Combine(project, name + ".csproj"), Project);
        File.WriteAllBytes(Path.Combine(project, Consumers.OddFolder, "net 1;a.onnx"), DigitsAssets.Mlp());
        File.WriteAllText(Path.Combine(project, "Program.cs"), Program);
        File.WriteAllBytes(Path.Combine(project, "twin", "twin.onnx"), DigitsAssets.Mlp());
        File.WriteAllBytes(Path.Combine(project, "plain", "digits.onnx"), DigitsAssets.Mlp());
        File.WriteAllBytes(Path.Combine(project, "data", "x 1.npy"), Npy(5));
        return project;
    }

    private static async Task<string> BuildAsync(string project, params string[] arguments)
        => await DotNet.RunAsync(project, ["build", "--no-restore", "-v", "m", .. arguments]);

    private static async Task<string> BuildAsync(string project, bool restore)
        => await DotNet.RunAsync(project, restore ? ["build", "-v", "m"] : ["build", "--no-restore", "-v", "m"]);

    private static IEnumerable<string> Plans(string project)
        => Directory.EnumerateFiles(Path.Combine(project, "obj"), "*.redgen.json", SearchOption.AllDirectories);

    private static bool IsOdd(string plan) => Path.GetFileName(plan).StartsWith("net_1_a-", StringComparison.Ordinal);

    /// <summary>Rows of the test images as a .npy file of version 1.</summary>
    private static byte[] Npy(int rows)
    {
        string header = FormattableString.Invariant($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, 64), }}").PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. System.Text.Encoding.ASCII.GetBytes(header), .. DigitsAssets.Images().Take(rows).SelectMany(static i => i).SelectMany(BitConverter.GetBytes)];
    }
}
