using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using RedGen.Compiler;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Package.Tests;

/// <summary>The packed package in programs that are compiled ahead of time.</summary>
[Collection(PackedFeedCollection.Name)]
public sealed class AheadOfTimeTests(PackedFeed feed)
{
    /// <summary>What the executable of a hashed ResNet-20 may take.</summary>
    private const long MostBytes = 2_500_000;

    [AheadOfTimeFact]
    public async Task A_small_program_predicts_without_a_runtime()
    {
        string folder = WriteProject("Aot", DigitsAssets.Mlp());
        string program = await PublishAsync(folder);
        float[][] images = [.. DigitsAssets.Images().Take(20)];
        float[] actual = Run(program, [.. images.SelectMany(static i => i)]);
        float[] expected = [.. DigitsAssets.MlpExpected().Take(20).SelectMany(static e => e)];
        Assert.Equal(expected.Length, actual.Length);
        // The weights are hashed by default: the same digits, not the same numbers.
        for (int i = 0; i < 20; i++) Assert.Equal(Best(expected, i), Best(actual, i));
        Assert.InRange(new FileInfo(program).Length, 1, MostBytes);
        // The order of sums is free, and so are vectors: the same class under a JIT agrees to rounding.
        using CompiledModel same = CompiledModel.Compile(ModelSource.FromBytes("net.onnx", DigitsAssets.Mlp()), new CompilerOptions());
        float[] jitted = [.. images.SelectMany(i => Predict(same, i, 1, 64))];
        for (int i = 0; i < jitted.Length; i++) Assert.InRange(Math.Abs(jitted[i] - actual[i]), 0, 1e-5f * Math.Max(1f, Math.Abs(jitted[i])));
    }

    /// <summary>Firmware.Tests holds the bits of a Cortex-M to those of the same two classes.</summary>
    [AheadOfTimeFact]
    public async Task With_strict_floats_its_bits_are_those_of_the_JIT_and_of_a_device()
    {
        byte[] model = DigitsAssets.Cnn();
        string program = await PublishAsync(WriteProject("AotStrict", model), "-p:RedGenFloat=Strict");
        float[][] images = [.. DigitsAssets.Images().Take(20)];
        float[] actual = Run(program, [.. images.SelectMany(static i => i)]);
        var strict = new CompilerOptions { Float = FloatMode.Strict };
        foreach (Profile profile in new[] { Profile.Auto, Profile.Portable, Profile.Micro })
        {
            using CompiledModel same = CompiledModel.Compile(ModelSource.FromBytes("net.onnx", model), strict with { Profile = profile });
            float[] expected = [.. images.SelectMany(i => Predict(same, i, 1, 1, 8, 8))];
            Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), actual.Select(BitConverter.SingleToInt32Bits));
        }
    }

    [AheadOfTimeFact("models/cifar10-resnet20-bn/model.onnx")]
    public async Task A_hashed_ResNet20_is_a_program_of_two_and_a_half_megabytes()
    {
        string model = Path.Combine(SharedData.Root, "models", "cifar10-resnet20-bn", "model.onnx");
        string program = await PublishAsync(WriteProject("AotResNet", File.ReadAllBytes(model)));
        float[] logits = Run(program, [.. Enumerable.Range(0, 2 * 3072).Select(static i => ((i * 7919) % 255 / 127f) - 1)]);
        Assert.Equal(20, logits.Length);
        Assert.All(logits, static v => Assert.True(float.IsFinite(v)));
        Assert.InRange(new FileInfo(program).Length, 1, MostBytes);
    }

    [AheadOfTimeFact]
    public async Task The_example_for_small_boards_is_a_program_of_1_3_megabytes()
    {
        string output = Path.Combine(feed.Root, "Edge");
        await DotNet.RunAsync(Repository.PathOf("examples", "Edge"), "publish", "-c", DotNet.Configuration, "-r", AheadOfTimeFactAttribute.Rid, "-v", "q", "-o", output,
            "-warnaserror", "-p:CppCompilerAndLinker=" + AheadOfTimeFactAttribute.Linker);
        string program = Path.Combine(output, "Edge");
        Assert.InRange(new FileInfo(program).Length, 1, 1_300_000);
        using Process process = Process.Start(new ProcessStartInfo(program) { RedirectStandardOutput = true })!;
        string line = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.StartsWith("A 2,", line);
    }

    private string WriteProject(string name, byte[] model)
    {
        string folder = Directory.CreateDirectory(Path.Combine(feed.Root, name)).FullName;
        File.WriteAllText(Path.Combine(folder, name + ".csproj"), Consumers.AheadOfTime);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), Consumers.AheadOfTimeProgram.Replace("using AheadOfTime;", "using " + name + ";", StringComparison.Ordinal));
        File.WriteAllBytes(Path.Combine(folder, "net.onnx"), model);
        return folder;
    }

    private static IEnumerable<float> Predict(CompiledModel model, float[] image, params int[] shape)
        => model.Run(ReferenceTensor.FromTensor(Tensor.Of(image, shape)))[0].Reals!.Select(static v => (float)v);

    private static async Task<string> PublishAsync(string folder, params string[] options)
    {
        string output = Path.Combine(folder, "out");
        await DotNet.RunAsync(folder, ["publish", "-c", "Release", "-r", AheadOfTimeFactAttribute.Rid, "-v", "q", "-o", output,
            "-p:AheadOfTimeFramework=" + AheadOfTimeFactAttribute.Framework, "-p:CppCompilerAndLinker=" + AheadOfTimeFactAttribute.Linker, .. options]);
        return Path.Combine(output, Path.GetFileName(folder));
    }

    private static float[] Run(string program, float[] input)
    {
        string file = program + ".bin";
        File.WriteAllBytes(file, [.. input.SelectMany(BitConverter.GetBytes)]);
        using Process process = Process.Start(new ProcessStartInfo(program, [file]) { RedirectStandardOutput = true })!;
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.Equal("True", lines[0]);
        return [.. lines.Skip(1).Select(static l => float.Parse(l, CultureInfo.InvariantCulture))];
    }

    private static int Best(float[] logits, int row) => Enumerable.Range(0, 10).MaxBy(i => logits[(row * 10) + i]);
}
