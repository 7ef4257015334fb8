using System.Globalization;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Emit;

/// <summary>Promises of generated code as a whole.</summary>
public sealed class EmittedCodeTests
{
    private static ModelSource Cnn => ModelSource.FromBytes("digits.onnx", DigitsAssets.Cnn());

    [Fact]
    public void The_same_model_gives_the_same_text_in_every_culture_and_run()
    {
        string[] Texts() => [.. ModelCompiler.Compile(Cnn, TestOptions.Exact with { Runtime = RuntimeMode.Source }).Sources.Select(s => s.HintName + "\n" + s.Text)];
        string[] first = Texts();
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeSign = "\u2212" } };
            Assert.Equal(first, Texts());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        Assert.DoesNotContain(first, t => t.Contains('\r'));
    }

    [Fact]
    public void Kernels_as_source_give_the_same_numbers_without_a_reference()
    {
        using var package = CompiledModel.Compile(Cnn);
        using var source = CompiledModel.Compile(Cnn, TestOptions.Exact with { Runtime = RuntimeMode.Source });
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 11, 1, 1, 8, 8);
        Assert.Equal(package.Run(x)[0].Reals, source.Run(x)[0].Reals);
    }

    [Fact]
    public void Names_of_any_length_become_identifiers()
    {
        string name = new('q', 3000);
        using var model = CompiledModel.Compile(new OnnxModelWriter().Input(name, ElementType.Float32, 2).Node("Relu", name, name + "r", n => n.Name(name)).Node("Neg", name + "r", name + "s").Output(name + "s").ToSource());
        Assert.Equal([-3, 0], model.Run(new ReferenceTensor(ElementType.Float32, [2], new double[] { 3, -4 }))[0].Reals!);
    }

    [Fact]
    public void Namespaces_and_types_of_the_user_around_the_class_do_not_hide_what_it_uses()
    {
        CompilationResult result = ModelCompiler.Compile(Cnn, TestOptions.Exact with { ClassName = "Digits", Namespace = "Acme.MathF" });
        const string Types = "class Math { } class Vector { } class Convolution { } class Span { } namespace Acme { class Dense { } class MemoryMarshal { } namespace System { class Math { } } }";
        using var assembly = GeneratedAssembly.Compile(result.Sources.ToDictionary(s => s.HintName, s => s.Text).Append(new("T.cs", Types)));
        Assert.NotNull(assembly.Assembly.GetType("Acme.MathF.Digits"));
    }

    [Fact]
    public void A_call_allocates_nothing()
    {
        using var model = CompiledModel.Compile(Cnn);
        Assert.Equal(0, model.AllocatedBytes(RandomTensor.Of(ElementType.Float32, 11, 1, 1, 8, 8)));
    }

    [SharedFact("models/cifar10-vnn-resnet-2b")]
    public void A_model_with_a_large_arena_allocates_only_at_a_threads_first_call()
    {
        using var model = CompiledModel.Compile(SharedData.Load(System.IO.Path.Combine(SharedData.Root, "models/cifar10-vnn-resnet-2b/model.onnx")));
        Assert.True(model.Plan.ArenaBytes > 0);
        Assert.Equal(0, model.AllocatedBytes(RandomTensor.Of(ElementType.Float32, 2, 1, 3, 32, 32)));
    }

    [SharedFact("models/imagenet-mobilenet-v2-1.0-224-dequantised")]
    public void MobileNetV2_runs_on_a_thread_of_256_kilobytes()
    {
        using var model = CompiledModel.Compile(SharedData.Load(System.IO.Path.Combine(SharedData.Root, "models/imagenet-mobilenet-v2-1.0-224-dequantised/model.onnx")));
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 3, 1, 3, 224, 224);
        ReferenceTensor? y = null;
        var thread = new Thread(() => y = model.Run(x)[0], 256 * 1024);
        thread.Start();
        thread.Join();
        Assert.Equal(1, y!.Reals!.Sum(), 3);
    }

    [Theory]
    [InlineData(0, 64)]
    [InlineData(63, 10)]
    [InlineData(64, 9)]
    public void A_wrong_length_names_expected_and_actual(int input, int output)
    {
        CompilationResult result = ModelCompiler.Compile(Cnn, TestOptions.Exact with { ClassName = "Digits" });
        string driver = $"static class D {{ internal static string Run() {{ try {{ Digits.Predict(new float[{input}], new float[{output}]); return \"\"; }} catch (System.ArgumentException e) {{ return e.Message; }} }} }}";
        using var assembly = GeneratedAssembly.Compile(result.Sources.ToDictionary(s => s.HintName, s => s.Text).Append(new("D.cs", driver)));
        string message = assembly.Method<System.Func<string>>("D", "Run")();
        Assert.Contains(input == 64 ? "9 elements" : input + " elements", message, System.StringComparison.Ordinal);
        Assert.Contains(input == 64 ? "expects 10" : "expects 64", message, System.StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_that_shares_memory_with_an_input_is_refused()
    {
        CompilationResult result = ModelCompiler.Compile(Cnn, TestOptions.Exact with { ClassName = "Digits" });
        const string Driver = "static class D { internal static string Run() { var a = new float[70]; try { Digits.Predict(System.MemoryExtensions.AsSpan(a, 0, 64), System.MemoryExtensions.AsSpan(a, 60, 10)); return \"\"; } catch (System.ArgumentException e) { return e.Message; } } }";
        using var assembly = GeneratedAssembly.Compile(result.Sources.ToDictionary(s => s.HintName, s => s.Text).Append(new("D.cs", Driver)));
        Assert.Contains("shares memory", assembly.Method<System.Func<string>>("D", "Run")(), System.StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Predict")]
    [InlineData("Softmax")]
    [InlineData("MathF")]
    public void A_class_name_that_generated_code_uses_itself_is_refused_or_avoided(string name)
    {
        Assert.Equal("RG0017", Assert.Single(ModelCompiler.Compile(Cnn, TestOptions.Exact with { ClassName = name }).Diagnostics).Id);
        Assert.Equal(name + "Model", ClassNames.FromFileName(name + ".onnx"));
    }
}
