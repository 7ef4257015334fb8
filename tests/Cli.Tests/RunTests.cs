using System.IO;
using RedGen.Cli.Data;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Cli.Tests;

public sealed class RunTests
{
    [Fact]
    public void Runs_from_files_to_files()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Samples.Relu("rows").ToBytes());
        string x = Samples.WriteArray(folder, "x.npy", Tensor.Of([-1f, 2f, 3f, -4f], 2, 2));
        ToolRun run = ToolRun.Of("run", model, "--input", "x=" + x, "--output", folder.FullPath, "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        string file = run.Json.GetProperty("outputs")[0].GetProperty("file").GetString()!;
        Assert.Equal(Path.Combine(folder.FullPath, "y.npy"), file);
        Tensor y = NpyFile.Read(file);
        Assert.Equal(Shape.Of(2, 2), y.Shape);
        Assert.Equal([0f, 2f, 3f, 0f], y.AsSpan<float>().ToArray());
    }

    /// <summary>numpy has neither bfloat16 nor types below a byte: files hold the bits of the one and the values of the others.</summary>
    [Fact]
    public void Types_that_numpy_lacks_are_integers_in_files()
    {
        using var folder = new TemporaryFolder();
        OnnxModelWriter writer = new OnnxModelWriter().IrVersion(10).Opset(21).Input("x", ElementType.BFloat16, 3).Input("i", ElementType.Int4, 3)
            .Node("Cast", "x", "y", n => n.Int("to", (long)ElementType.Int4)).Node("Cast", "i", "z", n => n.Int("to", (long)ElementType.BFloat16)).Output("y").Output("z");
        string model = folder.Write("m.onnx", writer.ToBytes());
        ushort[] bits = [((BFloat16)1.5f).ToBits(), ((BFloat16)(-3f)).ToBits(), ((BFloat16)7f).ToBits()];
        string x = Samples.WriteArray(folder, "x.npy", Tensor.FromSpan<ushort>(ElementType.UInt16, bits, 3));
        string i = Samples.WriteArray(folder, "i.npy", Tensor.FromSpan<sbyte>(ElementType.Int8, [-8, 0, 7], 3));
        ToolRun run = ToolRun.Of("run", model, "--input", "x=" + x, "--input", "i=" + i, "-o", folder.FullPath);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal([1, -3, 7], NpyFile.Read(Path.Combine(folder.FullPath, "y.npy")).AsSpan<sbyte>().ToArray());
        ushort[] expected = [((BFloat16)(-8f)).ToBits(), 0, ((BFloat16)7f).ToBits()];
        Assert.Equal(expected, NpyFile.Read(Path.Combine(folder.FullPath, "z.npy")).AsSpan<ushort>().ToArray());
    }

    [Fact]
    public void A_single_input_needs_no_name()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Samples.Relu(1).ToBytes());
        string x = Samples.WriteArray(folder, "x.npy", Tensor.Of([-1f, 2f], 1, 2));
        Assert.Equal(0, ToolRun.Of("run", model, "--input", x, "-o", folder.FullPath).ExitCode);
    }

    /// <summary>The shape of the file is the one that the values gave.</summary>
    [Fact]
    public void An_output_is_as_long_as_its_values_say()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3).Node("NonZero", "x", "y").Node("Relu", "x", "z").Output("y").Output("z").ToBytes());
        string x = Samples.WriteArray(folder, "x.npy", Tensor.Of([0f, 2f, 0f, 0f, -4f, 5f], 2, 3));
        ToolRun run = ToolRun.Of("run", model, "--input", x, "-o", folder.FullPath);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Tensor y = NpyFile.Read(Path.Combine(folder.FullPath, "y.npy"));
        Assert.Equal(Shape.Of(2, 3), y.Shape);
        Assert.Equal([0L, 1, 1, 1, 1, 2], y.AsSpan<long>().ToArray());
        Assert.Equal([0f, 2f, 0f, 0f, 0f, 5f], NpyFile.Read(Path.Combine(folder.FullPath, "z.npy")).AsSpan<float>().ToArray());
        Assert.Contains("NonZero of 2×3 to 2×?", ToolRun.Of("inspect", model).Output, System.StringComparison.Ordinal);
        Assert.Equal(0, ToolRun.Of("bench", model, "--seconds", "0.05").ExitCode);
        Assert.Contains("another shape for every sample", ToolRun.Of("eval", model, "--inputs", Samples.WriteArray(folder, "samples.npy", Tensor.Of(new float[12], 2, 2, 3))).Error, System.StringComparison.Ordinal);
    }

    [Fact]
    public void Type_shape_and_name_are_checked()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Samples.Relu(1).ToBytes());
        string longs = Samples.WriteArray(folder, "l.npy", Tensor.Of([1L, 2L], 1, 2));
        string wide = Samples.WriteArray(folder, "w.npy", Tensor.Of([1f, 2f, 3f], 1, 3));
        Assert.Contains("the file holds int64 1×2", Fails(model, "x=" + longs, folder));
        Assert.Contains("the file holds float32 1×3", Fails(model, "x=" + wide, folder));
        Assert.Contains("its inputs are x", Fails(model, "z=" + wide, folder));
        Assert.Contains("not a .npy file", Fails(model, "x=" + model, folder));
        Assert.Contains("nowhere.npy", Fails(model, "x=nowhere.npy", folder));
        Assert.DoesNotContain("no such input", Fails(model, "nowhere.npy", folder));
        Assert.Contains("add --input x=file.npy", ToolRun.Of("run", model, "-o", folder.FullPath).Error);
    }

    private static string Fails(string model, string input, TemporaryFolder folder)
    {
        ToolRun run = ToolRun.Of("run", model, "--input", input, "-o", folder.FullPath);
        Assert.Equal(1, run.ExitCode);
        return run.Error;
    }
}
