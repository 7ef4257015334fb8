using System.Threading.Tasks;
using RedGen.Analyzer.CodeFixes;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Analyzer.Tests;

/// <summary>RG1002 and its fix.</summary>
public sealed class AllocatingPredictTests
{
    [Theory]
    [InlineData("foreach (var image in images) { var logits = {|RG1002:Digits.Predict(image)|}; }")]
    [InlineData("for (int i = 0; i < 9; i++) sum += {|RG1002:Digits.Predict(images[i])|}[0];")]
    [InlineData("while ({|RG1002:Digits.Predict(images[0])|}[0] > 0) { }")]
    [InlineData("for (var p = Digits.Predict(images[0]); p[0] < 1; p = {|RG1002:Digits.Predict(images[1])|}) { }")]
    public async Task A_call_in_a_loop_is_reported(string statements) => await AssertAsync(statements);

    [Theory]
    [InlineData("var logits = Digits.Predict(images[0]);")]
    [InlineData("foreach (var v in Digits.Predict(images[0])) { }")]
    [InlineData("foreach (var image in images) { Action later = () => Digits.Predict(image); }")]
    [InlineData("foreach (var image in images) { Digits.Predict(image, buffer); }")]
    [InlineData("foreach (var image in images) { Other.Predict(image); }")]
    public async Task Other_calls_are_not_reported(string statements) => await AssertAsync(statements);

    [Fact]
    public async Task The_fix_makes_the_buffer_before_the_loop()
    {
        const string Before = """
            class User
            {
                static float M(float[][] images)
                {
                    float sum = 0;
                    foreach (float[] image in images)
                    {
                        float[] logits = Digits.Predict(image);
                        sum += logits[0];
                    }

                    return sum;
                }
            }
            """;
        const string After = """
            class User
            {
                static float M(float[][] images)
                {
                    float sum = 0;
                    var logits = new float[Digits.LogitsLength];
                    foreach (float[] image in images)
                    {
                        Digits.Predict(image, logits);
                        sum += logits[0];
                    }

                    return sum;
                }
            }
            """;
        await AnalyzerHarness.AssertFixAsync(new AllocatingPredictAnalyzer(), new ReuseBufferCodeFix(), Before, After, Model.Generated);
    }

    [Theory]
    [InlineData("kept.Add(logits);")]
    [InlineData("all = () => logits[0];")]
    [InlineData("array = logits;")]
    public async Task A_result_that_is_kept_has_no_fix(string use)
    {
        string code = "using System; using System.Collections.Generic; class User { static void M(float[][] images, List<float[]> kept, Func<float> all, float[] array) { foreach (var image in images) { var logits = Digits.Predict(image); "
            + use + " } } }";
        await AnalyzerHarness.AssertFixAsync(new AllocatingPredictAnalyzer(), new ReuseBufferCodeFix(), code, null, Model.Generated);
    }

    private static async Task AssertAsync(string statements)
    {
        string code = "using System; class User { static void M(float[][] images, float[] buffer, float sum) { " + statements + " } }";
        await AnalyzerHarness.AssertAsync(new AllocatingPredictAnalyzer(), code, Model.Generated);
    }
}
